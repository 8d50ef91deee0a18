"""A server that speaks S3 over HTTP, on loopback, with accounts: who has no key of it is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import boto3
import httpx
from botocore.config import Config
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from ashiato.plumbing.settings import Settings


@dataclass
class Store:
    """A running store, and one of its accounts."""

    server: ThreadedMotoServer
    endpoint: str
    access_key_id: str
    secret: str

    def settings(self, chosen: Settings, **other: object) -> Settings:
        """Settings with a bucket of their own."""
        name = f"kept-{uuid4().hex}"
        boto3.client("s3", **self._as_account()).create_bucket(Bucket=name)
        return chosen.model_copy(
            update={"files": f"s3://{name}/of/ours", "s3_endpoint": self.endpoint, "s3_access_key_id": self.access_key_id,
                    "s3_secret_access_key": SecretStr(self.secret)} | other
        )  # fmt: skip

    def objects(self, chosen: Settings) -> dict[str, bytes]:
        """What lies in the bucket, as another client of the store sees it."""
        client, name = boto3.client("s3", **self._as_account()), chosen.files.split("/")[2]
        found = client.list_objects_v2(Bucket=name).get("Contents", [])
        return {each["Key"]: client.get_object(Bucket=name, Key=each["Key"])["Body"].read() for each in found}

    def put(self, chosen: Settings, key: str, content: bytes) -> None:
        """Lays other bytes there."""
        boto3.client("s3", **self._as_account()).put_object(Bucket=chosen.files.split("/")[2], Key=key, Body=content)

    def _as_account(self) -> dict[str, object]:
        return {"endpoint_url": self.endpoint, "region_name": "us-east-1", "aws_access_key_id": self.access_key_id,
                "aws_secret_access_key": self.secret, "config": Config(proxies={}, retries={"max_attempts": 0})}  # fmt: skip


@contextmanager
def running() -> Iterator[Store]:
    """A store, for as long as the block lasts."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        httpx.post(f"{endpoint}/moto-api/reset-auth", content=b"inf").raise_for_status()  # which another store of this process may have set
        iam = boto3.client("iam", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="root", aws_secret_access_key="root")
        user = f"ashiato-{uuid4().hex}"  # stores of one process share their accounts
        iam.create_user(UserName=user)
        policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
        iam.put_user_policy(UserName=user, PolicyName="files", PolicyDocument=policy)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        httpx.post(f"{endpoint}/moto-api/reset-auth", content=b"0").raise_for_status()  # from here on keys and signatures are looked at
        yield Store(server, endpoint, key["AccessKeyId"], key["SecretAccessKey"])
    finally:
        server.stop()
