"""The three places, each real: a folder, a server that speaks S3 over HTTP, memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from storage import Storage, open_storage


@pytest.fixture(scope="session")
def s3_address() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a fresh bucket, with credentials in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    name = f"recordings-{uuid4().hex[:8]}"
    boto3.client("s3", endpoint_url=s3_address, region_name="us-east-1").create_bucket(Bucket=name)
    return f"s3://{name}?endpoint={s3_address}&region=us-east-1&prefix=heard/eu"


@pytest.fixture(params=["local", "s3", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "local":
        return open_storage((tmp_path / "objects").as_uri())
    if request.param == "s3":
        return open_storage(request.getfixturevalue("bucket"))
    return open_storage(f"memory://{uuid4().hex}")
