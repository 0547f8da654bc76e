"""Second factors, and clients whose session has gone through what sign-in asks."""

import hashlib
import json
import secrets
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

from accelerator.models import User
from accelerator.programme.accounts.receivers import SECOND_FACTOR

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_now(secret: str = SECRET, *, steps: int = 0) -> str:
    """What an authenticator app shows, `steps` half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def give_second_factor(user: User) -> None:
    """An authenticator app with SECRET, and recovery codes; once."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, SECRET)
        RecoveryCodes.activate(user)


def credential(site: str = "testserver") -> dict:
    """What a browser hands over for a new passkey of `site`."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    name = secrets.token_bytes(16)
    data = AuthenticatorData.create(
        hashlib.sha256(site.encode()).digest(),
        AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT,
        counter=1,
        credential_data=AttestedCredentialData.create(Aaguid.NONE, name, key),
    )
    client_data = CollectedClientData.create("webauthn.create", b"challenge", f"https://{site}")
    answer = AuthenticatorAttestationResponse(
        client_data=client_data, attestation_object=AttestationObject.create("none", data, {})
    )
    return json.loads(json.dumps(dict(RegistrationResponse(raw_id=name, response=answer))))


def give_passkey(user: User) -> Authenticator:
    return WebAuthn.add(user, "My passkey", credential()).instance


def recovery_code(user: User) -> str:
    """One that is not used yet."""
    codes = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return codes.wrap().get_unused_codes()[0]


def client_of(user: User | None) -> Client:
    """A client signed in as a person, with their second factor if they need one."""
    client = Client()
    if user is None:
        return client
    if user.needs_second_factor:
        give_second_factor(user)
    client.force_login(user)
    if user.needs_second_factor:
        session = client.session
        session[SECOND_FACTOR] = user.pk
        session.save()
    return client
