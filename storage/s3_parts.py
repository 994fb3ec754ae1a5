"""Browsers send parts to the bucket by addresses that are signed here (S3 multipart upload)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any
from urllib.parse import urlsplit

from storage.base import NotStored, checked
from storage.direct import Begun, Part

Sentences = Callable[[str], AbstractContextManager[None]]


class S3Parts:
    """`client` talks to the bucket, `signer` signs for where browsers reach it."""

    def __init__(
        self,
        client: Callable[[], Any],
        signer: Callable[[], Any],
        bucket: str,
        prefix: str,
        sentences: Sentences,
    ) -> None:
        self._client, self._signer, self._sentences = client, signer, sentences
        self._bucket, self._prefix = bucket, prefix

    @property
    def origin(self) -> str:
        probe = self._signer().generate_presigned_url("list_objects_v2", {"Bucket": self._bucket})
        parts = urlsplit(probe)
        return f"{parts.scheme}://{parts.netloc}"

    def begin(self, key: str) -> str:
        with self._sentences(key):
            begun = self._client().create_multipart_upload(**self._object(key))
        return str(begun["UploadId"])

    def address(self, key: str, multipart: str, number: int, size: int, seconds: int) -> str:
        what = {**self._upload(key, multipart), "PartNumber": number, "ContentLength": size}
        with self._sentences(key):
            signed = self._signer().generate_presigned_url("upload_part", what, seconds)
        return str(signed)

    def arrived(self, key: str, multipart: str) -> list[Part]:
        found: list[Part] = []
        pages = self._client().get_paginator("list_parts").paginate(**self._upload(key, multipart))
        with self._sentences(key):
            for page in pages:
                for each in page.get("Parts", ()):
                    found.append(Part(each["PartNumber"], each["Size"], each["ETag"]))
        return found

    def finish(self, key: str, multipart: str, parts: list[Part]) -> None:
        made = [{"PartNumber": each.number, "ETag": each.tag} for each in parts]
        with self._sentences(key):
            self._client().complete_multipart_upload(
                **self._upload(key, multipart), MultipartUpload={"Parts": made}
            )

    def drop(self, key: str, multipart: str) -> None:
        with suppress(NotStored), self._sentences(key):
            self._client().abort_multipart_upload(**self._upload(key, multipart))

    def begun(self, prefix: str) -> Iterator[Begun]:
        pages = self._client().get_paginator("list_multipart_uploads")
        with self._sentences(prefix):
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix):
                for each in page.get("Uploads", ()):
                    key = each["Key"].removeprefix(self._prefix)
                    yield Begun(key, each["UploadId"], each["Initiated"])

    def _object(self, key: str) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked(key)}

    def _upload(self, key: str, multipart: str) -> dict[str, Any]:
        return {**self._object(key), "UploadId": multipart}
