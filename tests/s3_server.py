"""A real S3 server on this machine, and a small proxy before it that fails on request."""

import http.client
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

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


@contextmanager
def faulty(s3: S3, fault: Callable[[str, str], str | None]) -> Iterator[str]:
    """Stand before the server: `fault` gets method and path and says "503", "half" or None for neither."""

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            wrong = fault(self.command, self.path)
            if wrong == "503":
                self.send_response(503)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            there = http.client.HTTPConnection("127.0.0.1", int(s3.address.rpartition(":")[2]))
            there.request(self.command, self.path, body, dict(self.headers))
            answer = there.getresponse()
            content = answer.read()
            there.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                    self.send_header(name, value)
            size = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
            self.send_header("Content-Length", size or "0")
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if wrong == "half" else content)
            if wrong == "half":
                self.close_connection = True

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on  # noqa: N815 - their names are the protocol

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
