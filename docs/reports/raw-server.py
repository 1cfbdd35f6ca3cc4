"""Answers HTTP requests with what it is given, byte for byte, and prints what it was sent: evidence that owes nothing to the
simulator. Usage: raw-server.py PORT ANSWER…  The n-th request gets the n-th answer, later ones the last.

An answer is a status line's rest, headers and a body, separated by `|`: '429 Too Many Requests|Retry-After: 7|{}'.
`RESET` ends the connection with a reset, `STALL` says nothing. {port} is the port. TLS_PEM names a file with a certificate
and its key, where it is to be https.
"""

import os
import socket
import ssl
import struct
import sys
import threading
import time

port, answers = int(sys.argv[1]), sys.argv[2:]
start, count, lock = time.monotonic(), 0, threading.Lock()
SHOWN = ("authorization", "client-request-id", "content-length", "cookie", "retry-attempt")


def serve(connection: socket.socket) -> None:
    global count
    reader = connection.makefile("rb")
    while line := reader.readline():
        headers = {}
        while (header := reader.readline()) not in (b"\r\n", b""):
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
        with lock:
            answer, count = answers[min(count, len(answers) - 1)], count + 1
            shown = ", ".join(f"{name}: {headers[name]}" for name in SHOWN if name in headers)
            print(f"{time.monotonic() - start:7.3f} s  {line.decode().split(' HTTP')[0]}  [{shown}] {body.decode()}", flush=True)
        if answer == "STALL":
            continue
        if answer == "RESET":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            reader.close()
            return connection.close()
        head, _, content = answer.replace("{port}", str(port)).rpartition("|")
        head = "\r\n".join(["HTTP/1.1 " + head.split("|")[0], *head.split("|")[1:]])
        content = content.encode()
        if "content-type" not in head.lower():
            head += "\r\nContent-Type: application/json"
        connection.sendall(f"{head}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)


server = socket.create_server(("127.0.0.1", port))
if pem := os.environ.get("TLS_PEM"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = context.wrap_socket(server, server_side=True)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
