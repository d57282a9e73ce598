"""Servers' sides of authentication, written for the tests alone: nothing here is shared with fetchd."""
import hashlib
import re


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
