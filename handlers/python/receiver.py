"""A complete receiver of order webhooks: Python 3.9 or later, nothing else.

    WEBHOOK_SECRET=whsec_… python3 receiver.py

A webhook is verified on its raw bytes, written to SQLite, and only then acknowledged. A worker takes it from there. An event that
comes twice is stored once, an order is delivered once, and an order whose webhook never came is asked for.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import sqlite3
import sys
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_S = 300
BODY_BYTES_MAX = 1024 * 1024
TRIES_MAX = 10
SIGNATURES_MAX = 10


class Refused(Exception):
    """A request that is not believed. Its text is for the log."""


def key_of(secret):
    """The bytes that a secret means: base64, with or without whsec_ before it."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError("WEBHOOK_SECRET must be base64, with or without whsec_ before it")
    return key


def verify(headers, body, secrets, now_s):
    """The event's id, if the request was signed with one of the secrets and recently (Standard Webhooks). `headers`: (name, value) pairs."""

    def one(name):
        values = [value for key, value in headers if key.lower() == name]
        if len(values) != 1 or values[0] == "":
            raise Refused(f"{name} must be there once")
        return values[0]

    event_id, timestamp, listed = one("webhook-id"), one("webhook-timestamp"), one("webhook-signature")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise Refused("the timestamp is no number")
    if abs(now_s - int(timestamp)) > TOLERANCE_S:
        raise Refused("signed too long ago, or the clocks differ")
    message = f"{event_id}.{timestamp}.".encode("utf-8", "surrogateescape") + body
    wanted = [
        b"v1," + base64.b64encode(hmac.new(key_of(secret), message, hashlib.sha256).digest()) for secret in secrets
    ]
    entries = listed.encode("utf-8", "surrogateescape").split(b" ")
    if len(entries) > SIGNATURES_MAX:
        raise Refused("too many signatures")
    # Each with each, in constant time.
    if not any([hmac.compare_digest(entry, each) for entry in entries for each in wanted]):
        raise Refused("no signature fits: another secret, or a body that is not what was sent")
    return event_id


class Orders:
    """The queue and the shop in one SQLite database. Every method may be called from any thread."""

    def __init__(self, path):
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5)
        self._lock = threading.Lock()
        self.arrived = threading.Event()
        # synchronous=FULL: what is acknowledged survives a power cut.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(
            """
            CREATE TABLE IF NOT EXISTS webhook (
              id TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL, received_s REAL NOT NULL,
              status TEXT NOT NULL DEFAULT 'waiting', tries INTEGER NOT NULL DEFAULT 0, due_s REAL NOT NULL);
            CREATE INDEX IF NOT EXISTS webhook_due ON webhook (due_s) WHERE status = 'waiting';
            CREATE TABLE IF NOT EXISTS orders (reference TEXT PRIMARY KEY, state TEXT NOT NULL, since_s REAL NOT NULL);
            CREATE TABLE IF NOT EXISTS delivery (reference TEXT NOT NULL, at_s REAL NOT NULL);
            """
        )

    def store(self, event_id, event_type, body):
        """Once it returns, the event is on disk. False: it was there before, and nothing has changed."""
        now = time.time()
        with self._lock:
            done = self._db.execute(
                "INSERT INTO webhook (id, type, body, received_s, due_s) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (event_id, event_type, body, now, now),
            )
        self.arrived.set()
        return done.rowcount == 1

    def work(self):
        """Handles the next event that is due, if any. What is done and that it is done are one transaction."""
        with self._lock:
            found = self._db.execute(
                "SELECT id, type, body, tries FROM webhook WHERE status = 'waiting' AND due_s <= ? ORDER BY due_s LIMIT 1",
                (time.time(),),
            ).fetchone()
            if found is None:
                return False
            event_id, event_type, body, tries = found
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._handle(event_type, json.loads(body).get("data"))
                self._settle(event_id, "done", 0)
                self._db.execute("COMMIT")
            except Exception as error:  # whatever it is, the event is tried again
                self._db.execute("ROLLBACK")
                is_last = tries + 1 >= TRIES_MAX
                print(f"{event_id} failed{' for the last time' if is_last else ''}: {error}", file=sys.stderr)
                self._settle(event_id, "dead" if is_last else "waiting", time.time() + 2**tries)
            return True

    def _settle(self, event_id, status, due_s):
        self._db.execute("UPDATE webhook SET status = ?, tries = tries + 1, due_s = ? WHERE id = ?", (status, due_s, event_id))

    # What an order may become; webhooks may come in any order, and a final state never goes back.
    MAY_FOLLOW = {"pending": (), "fulfilled": ("pending",), "failed": ("pending",), "refunded": ("pending", "fulfilled")}

    def _handle(self, event_type, data):
        """Your business: called again after a crash or an error, always within a transaction."""
        state = "pending" if event_type == "order.created" else event_type.removeprefix("order.")
        reference = data.get("reference") if isinstance(data, dict) else None
        if state not in self.MAY_FOLLOW or not isinstance(reference, str):
            return
        known = self._db.execute("SELECT state FROM orders WHERE reference = ?", (reference,)).fetchone()
        if known is not None and known[0] not in self.MAY_FOLLOW[state]:
            return
        self._db.execute(
            "INSERT INTO orders (reference, state, since_s) VALUES (?, ?, ?) ON CONFLICT (reference) DO UPDATE SET state = excluded.state, since_s = excluded.since_s",
            (reference, state, time.time()),
        )
        # Here the code goes to the customer. What leaves the database (a mail, an API) takes the reference as its idempotency key.
        if state == "fulfilled":
            self._db.execute("INSERT INTO delivery (reference, at_s) VALUES (?, ?)", (reference, time.time()))

    def overdue(self, after_s):
        """References of orders that have been pending for that long."""
        with self._lock:
            rows = self._db.execute(
                "SELECT reference FROM orders WHERE state = 'pending' AND since_s <= ? ORDER BY since_s LIMIT 50",
                (time.time() - after_s,),
            ).fetchall()
        return [row[0] for row in rows]

    def forget(self, days=35):
        """Removes events that no sender sends again."""
        with self._lock:
            self._db.execute("DELETE FROM webhook WHERE status = 'done' AND received_s < ?", (time.time() - days * 86400,))

    def list(self):
        """Every order, and how often it was delivered."""
        with self._lock:
            rows = self._db.execute(
                "SELECT reference, state, (SELECT count(*) FROM delivery d WHERE d.reference = o.reference) FROM orders o"
            ).fetchall()
        return [{"reference": row[0], "state": row[1], "deliveries": row[2]} for row in rows]


def receive(orders, secrets, headers, body):
    """The answer to a webhook: status and JSON. Whatever web framework there is, it gives the body as it came."""
    try:
        event_id = verify(headers, body, secrets, time.time())
    except Refused as error:
        print(f"refused: {error}", file=sys.stderr)
        return 401, {"title": "The request is not believed.", "status": 401}
    try:
        text = body.decode()
        event_type = json.loads(text)["type"]
    except (ValueError, KeyError, TypeError):
        return 422, {"title": "The body is no event.", "status": 422}
    # An error of the database ends in a 500, and the sender tries again.
    is_new = orders.store(event_id, str(event_type), text)
    return 200, {"received": True} if is_new else {"received": True, "duplicate": True}


def poll(orders, supplier_url, after_s):
    """Asks for orders whose webhook never came. An answer goes through the same door: if both come, the second changes nothing."""
    for reference in orders.overdue(after_s):
        url = f"{supplier_url}/orders/{urllib.parse.quote(reference, safe='')}"
        with urllib.request.urlopen(url, timeout=10) as response:
            status = json.load(response).get("status")
        if status in ("fulfilled", "failed"):
            orders.store(f"poll:{reference}:{status}", f"order.{status}", json.dumps({"data": {"reference": reference}}))


def settings():
    """Secrets (newest first, separated by spaces) and the orders, from the environment."""
    secrets = os.environ.get("WEBHOOK_SECRET", "").split()
    if not secrets:
        sys.exit("set WEBHOOK_SECRET to the endpoint's secret (whsec_…)")
    for secret in secrets:
        key_of(secret)
    return secrets, Orders(os.environ.get("DATABASE", "orders.db"))


def start_workers(orders):
    """A worker, a poller (if SUPPLIER_URL answers GET /orders/REFERENCE with a status) and a broom."""

    def worker():
        while True:
            orders.arrived.clear()
            while orders.work():
                pass
            orders.arrived.wait(1)

    def every(seconds, task):
        while True:
            time.sleep(seconds)
            try:
                task()
            except Exception as error:  # the next round comes
                print(f"{task.__name__}: {error}", file=sys.stderr)

    supplier = os.environ.get("SUPPLIER_URL", "")
    after_s = int(os.environ.get("POLL_AFTER_MS", "300000")) / 1000
    every_s = int(os.environ.get("POLL_EVERY_MS", "300000")) / 1000
    threads = [(worker, ()), (every, (3600, orders.forget))]
    if supplier:

        def ask():
            poll(orders, supplier, after_s)

        threads.append((every, (every_s, ask)))
    for target, args in threads:
        threading.Thread(target=target, args=args, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if self.path != "/webhooks" or not length.isdigit() or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            return self.answer(404 if self.path != "/webhooks" else 413 if length.isdigit() else 411, {})
        body = self.rfile.read(int(length))
        try:
            self.answer(*receive(self.server.orders, self.server.secrets, self.headers.items(), body))
        except Exception as error:  # the sender tries again
            print(f"not stored: {error}", file=sys.stderr)
            self.answer(500, {"title": "Try again later.", "status": 500})

    def do_GET(self):
        # For looking at; not for the internet.
        self.answer(200, self.server.orders.list()) if self.path == "/orders" else self.answer(404, {})

    def answer(self, status, value):
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    secrets, orders = settings()
    server = Server(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Handler)
    server.secrets, server.orders = secrets, orders
    start_workers(orders)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
