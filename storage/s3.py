"""Objects in a bucket: AWS, SeaweedFS, Garage or any other that speaks S3.

`s3://bucket?endpoint=http://host:8333&region=eu-central-1&prefix=heard`. Keys and secrets
come from the usual places (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, profiles, roles).
With `direct=yes` browsers send to the bucket themselves; `direct=https://…` names the address at
which they reach it, where that is another. The bucket must allow it (docs/operations.md).
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qsl, urlsplit

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
)
from urllib3.exceptions import HTTPError

from storage.base import PIECE, NotStored, Stat, StorageError, Stored, Tally, checked, round_trip
from storage.direct import Direct
from storage.s3_parts import S3Parts
from storage.s3_reading import Body, pieces

_PART_SIZE = 8 * 1024 * 1024  # S3's smallest part is 5 MiB; larger files go in parts of this
_SETTINGS = {"endpoint", "region", "prefix", "direct"}
_MISSING = {"404", "NoSuchKey", "NotFound", "NoSuchUpload"}


class S3Storage:
    def __init__(
        self,
        bucket: str,
        *,
        endpoint: str | None = None,
        region: str | None = None,
        prefix: str = "",
        direct: str = "",
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._endpoint, self._region = endpoint, region
        self._made: tuple[int, Any, Any] | None = None
        self._outside = endpoint if direct == "yes" else direct
        self.direct: Direct | None = None
        if direct:
            self.direct = S3Parts(
                lambda: self._client, self._signer, bucket, self._prefix, self._sentences
            )
        self._client  # noqa: B018 - a wrong address is said now, not at the first object
        # One part in flight at a time keeps a worker's memory at one part.
        self._transfer = TransferConfig(
            multipart_threshold=_PART_SIZE, multipart_chunksize=_PART_SIZE, use_threads=False
        )

    @classmethod
    def from_url(cls, url: str) -> S3Storage:
        parts = urlsplit(url)
        settings = dict(parse_qsl(parts.query))
        unknown = sorted(set(settings) - _SETTINGS)
        if not parts.netloc:
            raise StorageError("A bucket needs its name, as in s3://recordings?endpoint=…")
        if unknown:
            raise StorageError(f"A bucket's address has no setting {unknown[0]!r}.")
        return cls(
            parts.netloc,
            endpoint=settings.get("endpoint"),
            region=settings.get("region"),
            prefix=settings.get("prefix", parts.path),
            direct=settings.get("direct", ""),
        )

    @property
    def _client(self) -> Any:
        """One client a process: two that share sockets across a fork read each other's answers."""
        if self._made is None or self._made[0] != os.getpid():
            self._made = os.getpid(), self._connected(self._endpoint), None
        return self._made[1]

    def _signer(self) -> Any:
        """Signs for the address at which browsers reach the bucket; talks to nobody."""
        client = self._client
        if self._outside == self._endpoint:
            return client
        if self._made is None or self._made[2] is None:
            self._made = os.getpid(), client, self._connected(self._outside)
        return self._made[2]

    def _connected(self, endpoint: str | None) -> Any:
        own = self._endpoint is not None
        # Since 1.36 boto sends checksums that other servers refuse or store as content.
        sums = {"request_checksum_calculation": "when_required"} if own else {}
        if own:
            sums["response_checksum_validation"] = "when_required"
        try:
            # A session of its own: boto's shared one is not safe to build clients from in
            # threads, and remembers credentials that have since changed.
            return boto3.session.Session().client(
                "s3",
                endpoint_url=endpoint,
                region_name=self._region or ("us-east-1" if own else None),
                config=Config(
                    connect_timeout=5,
                    read_timeout=60,
                    retries={"mode": "standard", "total_max_attempts": 4},
                    signature_version="s3v4",  # older ones don't sign a part's length
                    s3={"addressing_style": "path"} if own else None,
                    **sums,
                ),
            )
        except (BotoCoreError, ValueError) as error:
            raise StorageError(f"The bucket {self._bucket} can't be used: {error}") from error

    def put(self, key: str, data: bytes | BinaryIO, content_type: str | None = None) -> Stored:
        tally = Tally(io.BytesIO(data) if isinstance(data, bytes) else data)
        extra = {"ContentType": content_type} if content_type else {}
        with self._sentences(key):
            self._client.upload_fileobj(
                tally, self._bucket, self._name(key), ExtraArgs=extra, Config=self._transfer
            )
        return self._verified(tally.stored(key))

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        move: bool = False,
        content_type: str | None = None,
        sha256: str = "",
    ) -> Stored:
        with path.open("rb") as source:
            stored = self.put(key, source, content_type)
        if move:
            path.unlink()
        return stored

    def open(self, key: str) -> BinaryIO:
        with self._sentences(key):
            got = self._client.get_object(Bucket=self._bucket, Key=self._name(key))
        return cast(
            BinaryIO, io.BufferedReader(Body(lambda: self._sentences(key), got["Body"]), PIECE)
        )

    def read_range(self, key: str, start: int, end_inclusive: int) -> Iterator[bytes]:
        try:
            with self._sentences(key):
                got = self._client.get_object(
                    Bucket=self._bucket,
                    Key=self._name(key),
                    Range=f"bytes={start}-{end_inclusive}",
                )
        except _OutOfRange:
            return iter(())
        return pieces(io.BufferedReader(Body(lambda: self._sentences(key), got["Body"]), PIECE))

    def stat(self, key: str) -> Stat | None:
        try:
            with self._sentences(key):
                got = self._client.head_object(Bucket=self._bucket, Key=self._name(key))
        except NotStored:
            return None
        return Stat(key, got["ContentLength"])

    def delete(self, key: str) -> None:
        with self._sentences(key):
            self._client.delete_object(Bucket=self._bucket, Key=self._name(key))

    def list(self, prefix: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        with self._sentences(prefix):
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield entry["Key"].removeprefix(self._prefix)

    def fetch(self, key: str, path: Path) -> None:
        try:
            with self.open(key) as source, path.open("wb") as target:
                while piece := source.read(PIECE):
                    target.write(piece)
        except (StorageError, OSError):
            path.unlink(missing_ok=True)
            raise

    def check(self) -> None:
        round_trip(self)

    def _verified(self, stored: Stored) -> Stored:
        """A server without checksums may keep a cut object and call it a success."""
        found = self.stat(stored.key)
        if found is None or found.size != stored.size:
            self.delete(stored.key)
            kept = 0 if found is None else found.size
            raise StorageError(
                f"The bucket {self._bucket} kept {kept} of {stored.size} bytes of {stored.key}."
            )
        return stored

    def _name(self, key: str) -> str:
        return self._prefix + checked(key)

    @contextmanager
    def _sentences(self, key: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise self._told(key, error) from error
        except NoCredentialsError as error:
            raise StorageError(
                f"There are no credentials for the bucket {self._bucket}: set "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            ) from error
        except EndpointConnectionError as error:
            where = error.kwargs.get("endpoint_url", "its address")
            raise StorageError(
                f"The server of the bucket {self._bucket} can't be reached at {where}."
            ) from error
        except (BotoCoreError, Boto3Error, HTTPError) as error:
            raise StorageError(f"The bucket {self._bucket} failed: {error}") from error

    def _told(self, key: str, error: ClientError) -> StorageError:
        reply = error.response.get("Error", {})
        code = reply.get("Code", "")
        if code == "NoSuchBucket":
            return StorageError(f"There is no bucket named {self._bucket}.")
        if code in _MISSING:
            return NotStored(key)
        if code in ("416", "InvalidRange"):
            return _OutOfRange(f"{key} is shorter than the range asked for.")
        if code in ("403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"):
            return StorageError(f"The bucket {self._bucket} refuses these credentials ({code}).")
        return StorageError(
            f"The bucket {self._bucket} answered: {reply.get('Message') or code or error}"
        )


class _OutOfRange(StorageError):
    pass
