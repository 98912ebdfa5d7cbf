"""Incidents posted at a steady rate, as hotlines and apps send them: requests fall due at even intervals, whether or
not the ones before are answered, and the time of one runs from when it was due. So a server that falls behind shows it,
which clients that wait for their answers would hide."""
import json
import random
import selectors
import socket
import time
from collections import deque

BOX = (-90.25, 38.60, 0.05)  # in St. Louis: west, south, size in degrees


class Client:
    """One connection that is kept open; one request at a time."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due = 0.0
        self.answer = b""

    def send(self, request, due):
        self.due, self.answer = due, b""
        self.socket.sendall(request)

    def receive(self):
        """The status once the answer is whole, else None."""
        part = self.socket.recv(1 << 16)
        if not part:
            raise ConnectionError("the server closed a connection")
        self.answer += part
        head, gap, body = self.answer.partition(b"\r\n\r\n")
        if not gap:
            return None
        size = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        return int(head.split()[1]) if len(body) >= size else None


def make_request(host, token, chance, number):
    west, south, size = BOX
    body = json.dumps({"category": "dumping", "lon": round(west + chance.random() * size, 7),
                       "lat": round(south + chance.random() * size, 7), "description": f"report {number}",
                       "address": f"{100 + number % 900} MARKET ST"}).encode()
    return (f"POST /incidents HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


def post(base, token, rate, clients, seconds, seed):
    """Accepted posts a second, and the sorted times of all in milliseconds."""
    host = base.removeprefix("http://")
    name, _, port = host.rpartition(":")
    selector, idle, times, refused = selectors.DefaultSelector(), deque(), [], 0
    for _ in range(clients):
        client = Client((name, int(port)))
        selector.register(client.socket, selectors.EVENT_READ, client)
        idle.append(client)
    chance, count = random.Random(seed), int(rate * seconds)
    requests = [make_request(host, token, chance, number) for number in range(count)]
    started = time.monotonic()
    sent = 0
    while len(times) + refused < count:
        now = time.monotonic()
        while sent < count and idle and started + sent / rate <= now:
            idle.popleft().send(requests[sent], started + sent / rate)
            sent += 1
        wait = max(0.0, started + sent / rate - time.monotonic()) if sent < count and idle else 60
        ready = selector.select(wait)
        if not ready and wait == 60:
            raise TimeoutError("no answer within a minute")
        for key, _ in ready:
            status = key.data.receive()
            if status is None:
                continue
            if status == 201:
                times.append((time.monotonic() - key.data.due) * 1000)
            else:
                refused += 1
            idle.append(key.data)
    seconds = time.monotonic() - started
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    if refused:
        raise RuntimeError(f"{refused} of {count} posts were not accepted")
    return count / seconds, sorted(times)
