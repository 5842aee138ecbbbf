"""The same receiver with Flask: `pip install flask`, this file and receiver.py beside it.

    WEBHOOK_SECRET=whsec_… python3 flask_receiver.py

In production: `gunicorn --workers 1 --threads 8 flask_receiver:app` (one process, since the worker thread lives in it).
"""

import os

from flask import Flask, jsonify, request
from receiver import BODY_BYTES_MAX, receive, settings, start_workers

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
secrets, orders = settings()
start_workers(orders)


@app.post("/webhooks")
def webhooks():
    # The bytes as they came: request.json, written anew, would be others.
    body = request.get_data(cache=False, parse_form_data=False)
    status, value = receive(orders, secrets, list(request.headers.items()), body)
    return jsonify(value), status


@app.get("/orders")
def list_orders():
    # For looking at; not for the internet.
    return jsonify(orders.list())


if __name__ == "__main__":
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", int(os.environ.get("PORT", "3000")), app, threaded=True)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
