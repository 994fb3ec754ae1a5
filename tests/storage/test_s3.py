from __future__ import annotations

import io
import os

import boto3
import pytest

from storage import StorageError, keys, open_storage
from storage.base import Stat
from storage.s3 import S3Storage

KEY = keys.original(7, "t")


def test_objects_lie_under_the_prefix_with_their_type(bucket: str, s3_address: str) -> None:
    open_storage(bucket).put(KEY, b"voice", content_type="video/webm")

    client = boto3.client("s3", endpoint_url=s3_address, region_name="us-east-1")
    name = bucket.removeprefix("s3://").split("?")[0]
    head = client.head_object(Bucket=name, Key=f"heard/eu/{KEY}")
    assert head["ContentType"] == "video/webm"


def test_a_bucket_that_is_not_there_is_named(
    s3_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    with pytest.raises(StorageError, match="There is no bucket named nowhere"):
        open_storage(f"s3://nowhere?endpoint={s3_address}").check()


def test_a_server_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    with pytest.raises(StorageError, match=r"can't be reached at http://127\.0\.0\.1:1"):
        open_storage("s3://bucket?endpoint=http://127.0.0.1:1").check()


def test_missing_credentials_are_said(s3_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")

    with pytest.raises(StorageError, match="set AWS_ACCESS_KEY_ID"):
        open_storage(f"s3://bucket?endpoint={s3_address}").check()


def test_an_object_that_was_cut_on_the_way_is_refused(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = S3Storage.from_url(bucket)
    real = storage.stat
    monkeypatch.setattr(storage, "stat", lambda key: Stat(key, 3))

    with pytest.raises(StorageError, match="kept 3 of 5 bytes"):
        storage.put(KEY, io.BytesIO(b"voice"))
    assert real(KEY) is None


def test_a_forked_worker_gets_a_client_of_its_own(bucket: str) -> None:
    """The media worker forks for each job, after its parent has talked to the bucket."""
    storage = S3Storage.from_url(bucket)
    storage.put(KEY, b"parent")

    child = os.fork()
    if child == 0:
        with storage.open(KEY) as stream:
            os._exit(0 if stream.read() == b"parent" and storage._made[0] == os.getpid() else 1)  # type: ignore[index]
    _, status = os.waitpid(child, 0)

    assert status == 0


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("s3://?endpoint=x", "needs its name"),
        ("s3://b?endpiont=x", "has no setting 'endpiont'"),
        ("s3://b?endpoint=nonsense", "can't be used"),
        ("ftp://b", "must begin with file:///, s3:// or memory://"),
        ("data", "begins with something else"),
        ("file://host/data", "needs a full path"),
    ],
)
def test_a_wrong_address_is_said(url: str, sentence: str) -> None:
    with pytest.raises(StorageError, match=sentence):
        open_storage(url)
