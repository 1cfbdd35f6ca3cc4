"""Python's own TLS and HTTP: urllib by each door, http.client's tunnel, strict verification. Prints a line per check."""

import http.client
import json
import os
import socket
import ssl
import urllib.error
import urllib.request

PORT = int(os.environ["CHECK_PORT"])
HEADERS = {"Authorization": f"Bearer {os.environ['CHECK_TOKEN']}", "Content-Type": "application/json"}

trust = ssl.create_default_context(cafile=os.environ["CHECK_CA"])
# The default from Python 3.13 on.
trust.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN


def opened(url, *handlers):
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trust), *handlers)
    with opener.open(urllib.request.Request(url, headers=HEADERS), timeout=20) as answer:
        return json.load(answer)


for host in ("localhost", "127.0.0.1"):
    context = opened(f"https://{host}:{PORT}/v1.0/users", urllib.request.ProxyHandler({}))["@odata.context"]
    assert context.startswith(f"https://{host}:{PORT}/v1.0/"), context
    print(f"urllib to https://{host}, a GET with a Content-Type")

proxy = f"http://127.0.0.1:{PORT}"
through = urllib.request.ProxyHandler({"http": proxy, "https": proxy})
for scheme in ("https", "http"):
    context = opened(f"{scheme}://graph.microsoft.com/v1.0/users", through)["@odata.context"]
    assert context.startswith(f"{scheme}://graph.microsoft.com/v1.0/"), context
    print(f"urllib to {scheme}://graph.microsoft.com through the proxy")

document = opened("https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration", through)
assert document["token_endpoint"] == "https://login.microsoftonline.com/common/oauth2/v2.0/token", document
print("metadata of login.microsoftonline.com through the proxy")

try:
    opened("https://example.com/", through)
except (urllib.error.URLError, OSError) as error:
    assert "403" in str(error), error
else:
    raise AssertionError("example.com was reached")
print("a tunnel to a foreign host is refused")

connection = http.client.HTTPSConnection("127.0.0.1", PORT, context=trust, timeout=20)
connection.set_tunnel("graph.microsoft.com", 443)
connection.request("GET", "/v1.0//users", headers=HEADERS)
assert connection.getresponse().status == 200
print("http.client's tunnel to a proxy, // in the path")


def handshake(port, name):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        with trust.wrap_socket(plain, server_hostname=name) as secure:
            return secure.version()


assert handshake(PORT, "login.microsoftonline.us")
print("strict verification")
try:
    handshake(int(os.environ["CHECK_FORGER"]), "example.com")
except ssl.SSLCertVerificationError as error:
    assert "permitted subtree violation" in str(error), error
else:
    raise AssertionError("the forged certificate was taken")
print("the forged certificate is rejected")
