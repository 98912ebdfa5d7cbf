"""Signing in at the page: a token becomes a cookie that scripts cannot read, which counts for requests of this server's
own pages and for no other's; signing out; tokens of nobody and revoked ones."""
import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")


def run(*arguments):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, (arguments, result.stdout, result.stderr)
    return result.stdout


run("sample", store, "--incidents", "300")
tokens = {}
for name, role in (("reader", "viewer"), ("editor", "editor")):
    said = run("user", store, "add", name, "--role", role)
    tokens[name] = next(word for word in said.split() if len(word) >= 40)

server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
base = server.stdout.readline().strip()
assert base.startswith("http://"), base


def ask(method, path, body=None, **headers):
    data = None
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(base + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.headers, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.loads(error.read())


def status_of(role_path, **headers):
    return ask("GET", role_path, **headers)[0]


try:
    for _ in range(600):
        if status_of("/city") == 200:
            break
        time.sleep(0.05)

    assert ask("GET", "/session")[2] == {"signed_in": False}
    status, headers, answer = ask("POST", "/session", {"token": " %s " % tokens["editor"]})
    assert status == 200 and answer == {"signed_in": True, "name": "editor", "role": "editor", "unit": ""}, (status, answer)
    assert headers["Cache-Control"] == "no-store"
    cookie = headers["Set-Cookie"]
    name, value = cookie.split(";")[0].split("=", 1)
    assert value == tokens["editor"]
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert parts == {"Path=/", "HttpOnly", "SameSite=Strict"}, parts  # Secure over https alone
    print("ok: a token becomes a cookie:", sorted(parts))

    sent = "other=1; %s=%s; more=2" % (name, value)
    assert ask("GET", "/session", Cookie=sent)[2]["name"] == "editor"
    assert status_of("/jobs") == 401
    assert status_of("/jobs", Cookie=sent) == 200
    assert status_of("/jobs", Cookie=sent, Sec_Fetch_Site="same-origin") == 200
    assert status_of("/jobs", Cookie=sent, Origin=base) == 200
    # Another page, even one of the same site (another port), does not speak for the user.
    for foreign in ({"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "cross-site"}, {"Origin": "http://127.0.0.1:1"},
                    {"Origin": "null"}):
        assert status_of("/jobs", Cookie=sent, **foreign) == 401, foreign
    incident = {"id": "s1", "category": "0103", "reported": "2025-12-31T10:00:00+08:00"}
    assert ask("POST", "/incidents", incident, Cookie=sent, Origin="http://elsewhere.example")[0] == 401
    assert ask("POST", "/incidents", incident, Cookie=sent, Origin=base)[0] == 201
    # A header goes before the cookie.
    assert ask("POST", "/incidents", incident, Cookie=sent, Authorization="Bearer " + tokens["reader"])[0] == 403
    print("ok: the cookie counts for this server's pages only")

    status, headers, answer = ask("DELETE", "/session", Cookie=sent)
    assert status == 200 and answer == {"signed_in": False}
    assert headers["Set-Cookie"].startswith(name + "=;") and "Max-Age=0" in headers["Set-Cookie"]

    assert ask("POST", "/session", {"token": "x" * 43})[0] == 401
    for wrong, code in (({}, 400), ({"token": ""}, 400), ({"token": 7}, 400), (b"{", 400), (b"[]", 400)):
        assert ask("POST", "/session", wrong)[0] == code, wrong
    assert ask("POST", "/session", b"token=x", Content_Type="text/plain")[0] == 415
    for odd in ("", ";", "=", name, name + "=", "%s=%s" % (name, "y" * 5000)):
        assert ask("GET", "/session", Cookie=odd)[2] == {"signed_in": False}, odd
    run("user", store, "revoke", "editor")
    for _ in range(100):
        if not ask("GET", "/session", Cookie=sent)[2]["signed_in"]:
            break
        time.sleep(0.1)
    assert status_of("/jobs", Cookie=sent) == 401
    print("ok: signing out, wrong tokens, revoked ones")
finally:
    server.terminate()
    assert server.wait(timeout=60) == 0
