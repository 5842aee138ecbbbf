"""The checks that the guides show in Python, behind one small server: each path is one guide's receiver."""

import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRETS = json.loads(os.environ["WEBHOOK_SECRETS"])


def validate_webhook(payload_body: bytes, signature_header: str, secret: str) -> bool:
    expected = hmac.new(secret.encode("utf-8"), payload_body, hashlib.sha256).hexdigest()
    received = signature_header.replace("sha256=", "")
    return hmac.compare_digest(expected, received)


def verify(raw_body: bytes, header: str, secret: str) -> bool:
    parts = dict(p.split("=") for p in header.split(","))
    ts, sig = parts["t"], parts["v1"]
    if abs(time.time() - int(ts)) > 300:  # reject if older than 5 min
        return False
    signed = f"{ts}.{raw_body.decode()}".encode()
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, sig)


def petstore(raw_body: bytes, header: str, secret: str) -> bool:
    expected_signature = hmac.new(secret.encode(), raw_body, hashlib.sha256).hexdigest()
    return header == f"sha256={expected_signature}"


CHECKS = {
    "/digital-goods": ("X-Webhook-Signature", validate_webhook, 400),
    "/foxreload": ("X-FoxReload-Signature", verify, 401),
    "/ecomm": ("X-Ecomm-Signature", validate_webhook, 401),
    "/petstore": ("X-Petstore-Signature", petstore, 401),
}


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        header, check, refusal = CHECKS[self.path]
        valid = check(body, self.headers.get(header, ""), SECRETS[self.path])
        self.send_response(200 if valid else refusal)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
server.serve_forever()
