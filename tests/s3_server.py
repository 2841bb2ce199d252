"""A real S3 server on this machine, and a small proxy before it that fails on request."""

import http.client
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

import boto3
from moto.server import ThreadedMotoServer

KEY = "an-invented-key"


class S3:
    """One server; `settings` points a portal at a folder of its own in it."""

    def __init__(self, port: int) -> None:
        self.bucket = f"kindbrug-{uuid.uuid4().hex}"  # the servers of one process share what they keep
        self.address = f"http://127.0.0.1:{port}"
        self.client = boto3.client(
            "s3",
            endpoint_url=self.address,
            region_name="eu-west-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=KEY,
        )

    def settings(self, address: str | None = None) -> dict[str, Any]:
        return {
            "STORE_URL": f"s3://{self.bucket}/{uuid.uuid4().hex}",
            "STORE_ENDPOINT": address or self.address,
            "STORE_REGION": "eu-west-1",
            "STORE_ACCESS_KEY": KEY,
            "STORE_SECRET_KEY": KEY,
        }

    def names(self, settings: dict[str, Any]) -> list[str]:
        prefix = settings["STORE_URL"].partition(f"{self.bucket}/")[2]
        found = self.client.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        return [it["Key"] for it in found]

    def content(self, name: str) -> bytes:
        return self.client.get_object(Bucket=self.bucket, Key=name)["Body"].read()

    def replace(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=name, Body=content)

    def half_uploads(self) -> list[str]:
        return [it["Key"] for it in self.client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])]


@contextmanager
def serving_s3() -> Iterator[S3]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    s3 = S3(server.get_host_and_port()[1])
    s3.client.create_bucket(Bucket=s3.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield s3
    s3.client.close()
    server.stop()


def call(method: str, path: str) -> str:
    """Say in a word what somebody asks of an S3 server."""
    query = path.partition("?")[2]
    if method == "GET":
        return "list" if "list-type" in query else "get"
    if method == "POST" and "uploadId" not in query:
        return "begin" if query.startswith("uploads") else "delete"
    if "uploadId" in query:
        return {"POST": "complete", "PUT": "part", "DELETE": "abort"}[method]
    return method.lower()


Wrong: TypeAlias = str | Callable[[], None] | None


@contextmanager
def faulty(s3: S3, fault: Callable[[str], Wrong], ended: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Stand before the server: `fault` gets each `call` before it is done, and says what goes wrong.

    `ended` is called when that call is over, whoever asked it and is no more.

    "503": it is refused. "cut": half of what is sent is taken, then the line breaks. "lost": it is done, and
    the line breaks before the answer. "half": the line breaks halfway the answer. A function: as "lost", and
    that is called when it is done. None: nothing.
    """

    class Between(_Proxy):
        port, fault_of = int(s3.address.rpartition(":")[2]), staticmethod(fault)
        over = staticmethod(ended)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class _Proxy(BaseHTTPRequestHandler):
    """What is between: the server behind it at `port`, and what goes wrong."""

    protocol_version = "HTTP/1.1"
    port: int
    fault_of: Callable[[str], Wrong]
    over: Callable[[], None]

    def log_message(self, *_: object) -> None:
        pass

    def handle(self) -> None:
        with suppress(ConnectionError):  # who asks can die meanwhile
            super().handle()

    def pass_on(self) -> None:
        wrong = self.fault_of(call(self.command, self.path))
        try:
            self._do(wrong)
        finally:
            self.over()

    def _do(self, wrong: Wrong) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length // 2 if wrong == "cut" else length)
        self.close_connection = wrong not in ("503", None)
        if wrong == "503":
            self._give(503, {}, b"")
        elif wrong != "cut":
            status, headers, content = self._asked(body)
            if callable(wrong):
                wrong()
            elif wrong != "lost":
                self._give(status, headers, content, half=wrong == "half")

    def _asked(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        there = http.client.HTTPConnection("127.0.0.1", self.port)
        there.request(self.command, self.path, body, dict(self.headers))
        answer = there.getresponse()
        content = answer.read()
        there.close()
        return answer.status, dict(answer.getheaders()), content

    def _give(self, status: int, headers: dict[str, str], content: bytes, *, half: bool = False) -> None:
        if self.command != "HEAD":
            headers = headers | {"Content-Length": str(len(content))}
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("transfer-encoding", "connection"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if half else content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on  # noqa: N815 - their names are the protocol
