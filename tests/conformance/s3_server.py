"""An S3 server with one bucket: prints its address, and ends when stdin does."""
import sys

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
address = f"http://{host}:{port}"
keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
boto3.client("s3", endpoint_url=address, region_name="us-east-1", **keys).create_bucket(Bucket="bucket")
print(address, flush=True)
sys.stdin.read()
server.stop()
