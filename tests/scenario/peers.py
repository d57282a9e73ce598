"""Servers' sides of authentication, written for the tests alone: nothing here is shared with fetchd."""
import base64
import hashlib
import hmac
import re
import threading
import urllib.parse

from server import reply


def challenge(algorithm="MD5", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c0", stale=False):
    """The value of WWW-Authenticate, RFC 7616 section 3.3."""
    return (f'Digest realm="things", qop="auth", algorithm={algorithm}, nonce="{nonce}", opaque="5ccc"'
            + (", stale=true" if stale else ""))


def digest_fields(request):
    value = request.headers.get("authorization", "")
    if not value.startswith("Digest "):
        return None
    return {k: q or plain for k, q, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', value[7:])}


def digest_is_right(request, user, password, algorithm="MD5"):
    """RFC 7616 section 3.4.1, recomputed from the request as it came."""
    fields = digest_fields(request)
    if not fields:
        return False

    def h(text):
        return hashlib.new(algorithm.replace("-", ""), text.encode()).hexdigest()

    ha1, ha2 = h(f"{user}:{fields['realm']}:{password}"), h(f"{request.method}:{request.target}")
    mine = h(":".join([ha1, fields["nonce"], fields["nc"], fields["cnonce"], fields["qop"], ha2]))
    return fields["uri"] == request.target and fields["username"] == user and fields["response"] == mine


class TokenEndpoint:
    """An authorization server, RFC 6749: client credentials and refresh tokens, which it may rotate."""

    def __init__(self, client="reports", secret="cl13nt s&cret", life=3600, rotate=False, refresh=None, body=False):
        self.client, self.secret, self.life, self.rotate, self.body = client, secret, life, rotate, body
        self.refresh, self.spent, self.good, self.given = refresh, set(), set(), 0
        self.grace = False  # a refresh token that was used once is good still
        self.lock, self.asked, self.answers = threading.Lock(), [], []

    def __call__(self, request):
        """The answer to a token request; `answers` holds what is said instead, first come first."""
        with self.lock:
            form = dict(urllib.parse.parse_qsl(request.body.decode(), strict_parsing=True))
            self.asked.append(form)
            if self.answers:
                return self.answers.pop(0)
            return self._give(request, form)

    def _give(self, request, form):
        assert request.headers["content-type"] == "application/x-www-form-urlencoded", request.headers
        if self.secret and not self._knows(request, form):
            return reply({"error": "invalid_client"}, "401 Unauthorized", WWW_Authenticate="Basic")
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != self.refresh and not (self.grace and form["refresh_token"] in self.spent):
                if form["refresh_token"] in self.spent:  # RFC 6819 section 5.2.2.3: a stolen one, all are revoked
                    self.refresh, self.good = None, set()
                return reply({"error": "invalid_grant", "error_description": "no such token"}, "400 Bad Request")
        elif form["grant_type"] != "client_credentials":
            return reply({"error": "unsupported_grant_type"}, "400 Bad Request")
        self.given += 1
        token = f"acc3ss-{self.given}-{id(self)}"
        self.good.add(token)
        said = {"access_token": token, "token_type": "Bearer"}
        if self.life:
            said["expires_in"] = self.life
        if self.rotate and form["grant_type"] == "refresh_token":
            self.spent.add(self.refresh)
            said["refresh_token"] = self.refresh = f"r3fresh-{self.given}-{id(self)}"
        return reply(said, Cache_Control="no-store")

    def _knows(self, request, form):
        if self.body:
            return (form.get("client_id"), form.get("client_secret")) == (self.client, self.secret)
        pair = base64.b64decode(request.headers.get("authorization", "Basic ")[6:]).decode()
        user, _, password = pair.partition(":")
        return (urllib.parse.unquote_plus(user), urllib.parse.unquote_plus(password)) == (self.client, self.secret)

    def admits(self, request):
        """Bearer, RFC 6750."""
        with self.lock:
            return request.headers.get("authorization", "")[7:] in self.good

    def revoke(self):
        with self.lock:
            self.good.clear()


def sigv4_is_right(request, secret, region, service):
    """AWS Signature Version 4, recomputed from the request as it came."""
    found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
                         request.headers.get("authorization", ""))
    if not found:
        return False
    scope, names = found[1].split("/", 1)[1], found[2].split(";")
    path, _, query = request.target.partition("?")
    pairs = sorted((urllib.parse.quote(urllib.parse.unquote(k), safe="-_.~"),
                    urllib.parse.quote(urllib.parse.unquote(v), safe="-_.~"))
                   for k, _, v in (pair.partition("=") for pair in query.split("&") if pair))
    canonical = "\n".join([
        request.method, "/".join(
            urllib.parse.quote(urllib.parse.unquote(piece) if service == "s3" else piece, safe="-_.~")
            for piece in path.split("/")),
        "&".join(f"{k}={v}" for k, v in pairs),
        *(f"{name}:{' '.join(request.headers[name].split())}" for name in names), "", found[2],
        hashlib.sha256(request.body).hexdigest()])
    stamp = request.headers["x-amz-date"]
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in (stamp[:8], region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    assert scope == f"{stamp[:8]}/{region}/{service}/aws4_request", scope
    assert "host" in names and all(n in names for n in request.headers if n.startswith("x-amz-")), names
    return hmac.new(key, text.encode(), "sha256").hexdigest() == found[3]
