"""The Flask receiver that the Petstore guide shows, with secret and port taken from the environment."""

import hashlib
import hmac
import os

from flask import Flask, jsonify, request

app = Flask(__name__)
WEBHOOK_SECRET = os.environ["WEBHOOK_SECRET"].encode()


@app.route("/webhooks/petstore", methods=["POST"])
def webhook():
    # Get signature from header
    signature = request.headers.get("X-Petstore-Signature")
    payload = request.data

    # Verify signature
    expected_signature = hmac.new(WEBHOOK_SECRET, payload, hashlib.sha256).hexdigest()

    if signature != f"sha256={expected_signature}":
        return jsonify({"error": "Invalid signature"}), 401

    # Process event
    event = request.get_json()
    assert event["eventType"]

    return jsonify({"status": "ok"}), 200


app.run(port=int(os.environ["PORT"]))
