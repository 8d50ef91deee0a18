"""Settings, from the environment only. Each is listed in docs/reference/settings.md, which is generated from this class."""

import os
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "ASHIATO_"


class Settings(BaseSettings):
    """What an installation decides. Every default is meant for one machine on loopback."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, populate_by_name=True)

    home: Path = Field(Path(".ashiato"), description="Folder that holds the embedded database, the secrets and the logs.")
    database_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL"),
        description="PostgreSQL 15 or later, as the role that owns the tables. Empty: the embedded server, kept in the home folder.",
    )
    database_app_password: SecretStr | None = Field(
        None, description="Password of the role that the application connects as. Empty: drawn once and kept in the home folder."
    )
    postgres_bin: Path | None = Field(None, description="Folder of the PostgreSQL programs to start. Empty: the bundled ones, else the system's.")
    pool_size: int = Field(10, ge=1, le=200, description="Database connections of one server process.")
    host: str = Field("127.0.0.1", description="Address that the server binds to.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the server binds to.")
    tls_certificate: Path | None = Field(
        None, description="File (PEM) of the server's certificate with its chain: it then answers https only. Empty: plain http, behind a proxy."
    )
    tls_key: Path | None = Field(None, description="File (PEM) of the certificate's private key.")
    processes: int = Field(1, ge=1, le=64, description="Server processes.")
    public_url: str = Field(
        "http://127.0.0.1:8000", description="Address under which others reach this installation: issuer of tokens, target of QR codes."
    )
    forwarded_hops: int = Field(
        0, ge=0, le=10, description="Proxies of your own before the server: the caller's address is so many places from the end of X-Forwarded-For."
    )
    ouranos_method: str = Field("JRC-CFB-EV-2023-06", description="Method that requests over the Japanese interface ask for: it cannot name one.")
    ouranos_disclosure: Literal["explicit", "linked"] = Field(
        "explicit", description="Japanese interface: whether a supplier's answer shows its figures only once it says so, or whenever it is linked."
    )
    outbound_networks: str = Field(
        "", description="Networks (CIDR, separated by commas) that partners' systems may stand in although they are not public. Empty: none."
    )
    outbound_authorities: Path | None = Field(
        None, description="File (PEM) of certificate authorities that partners' systems may use beside the usual."
    )
    name_servers: str = Field(
        "",
        description="Name servers (address:port, separated by commas) that are asked for TXT records, which prove domains. Empty: the machine's.",
    )
    admission_rules: Path | None = Field(
        None, description="Folder with checklist.toml and terms-VERSION.en.md and .ja.md of your own. Empty: those that come with the program."
    )
    second_factor: Literal["optional", "administrators", "everybody"] = Field(
        "optional", description="Who needs a second factor (code from an app, passkey) beside the password, and sets one up at the next log-in."
    )
    trusted_installations: str = Field(
        "", description="Verifier keys of other installations, separated by commas, whose bundles companies may bring along. Empty: none."
    )
    bundle_limit_mb: int = Field(2048, ge=1, le=65536, description="Largest bundle that a company may bring along.")
    bundle_days: int = Field(14, ge=1, le=365, description="How long a bundle of all a company's data can be fetched; then its bytes are taken away.")
    leaving_days: int = Field(30, ge=0, le=365, description="Time of grace between the announcement that a company leaves and its departure.")
    smtp_host: str | None = Field(None, description="Mail server. Empty: letters are laid into the folder `mail` of the home folder.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_tls: bool = Field(True, description="Whether the mail server is spoken to under TLS (STARTTLS).")
    smtp_user: str | None = Field(None, description="Account at the mail server, if it wants one.")
    smtp_password: SecretStr | None = Field(None, description="Password of that account.")
    smtp_from: str = Field("Ashiato <no-reply@ashiato.invalid>", description="Sender of letters.")
    reminder_minutes: int = Field(5, ge=1, le=1440, description="How often it is looked what people and systems have to be reminded of.")
    session_hours: int = Field(12, ge=1, le=168, description="How long a person stays logged in.")
    files: str = Field(
        "", pattern=r"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?)?$",
        description="Bucket where files are kept (evidence, certificates): s3://BUCKET/PREFIX. Empty: the folder `files` of the home folder.",
    )  # fmt: skip
    s3_endpoint: str = Field("", pattern=r"^(https?://\S+)?$", description="Address of the store that speaks S3. Empty: that of AWS.")
    s3_region: str = Field("us-east-1", description="Region of the bucket; stores other than AWS mostly take any.")
    s3_access_key_id: str | None = Field(None, description="Access key of the bucket. Empty: what the machine provides (role, instance).")
    s3_secret_access_key: SecretStr | None = Field(None, description="Secret of that access key.")
    upload_limit_mb: int = Field(50, ge=1, le=2048, description="Largest file that may be imported.")
    requests_per_minute: int = Field(
        6000, ge=0, description="How often one person or program may ask a server process; a company five times as often. 0: no limit."
    )
    strangers_per_minute: int = Field(
        120, ge=0, description="How often one address may log in, apply, give a code or a grievance at a server process. 0: no limit."
    )
    metrics_token: SecretStr | None = Field(
        None, description="Whoever sends it as a bearer token may read /metrics. Empty: only who asks from this machine, past no proxy."
    )
    security_contact: str = Field(
        "", description="Where holes are reported (mailto: or https:), told at /.well-known/security.txt (RFC 9116). Empty: there is no such page."
    )
    drain_seconds: int = Field(
        0, ge=0, le=300, description="How long /readyz says no before the server stops, so that a proxy in front sends nothing more to it."
    )
    probe_seconds: int = Field(
        60, ge=0, description="How often the worker asks the server's endpoints whether they answer, for the transparency report. 0: never."
    )
    log_level: str = Field("info", description="debug, info, warning or error.")
    ids_seed: str | None = Field(None, description="Tests only: identifiers drawn from this seed, per company.")
    frozen_clock: str | None = Field(None, description="Tests only: the one instant (ISO 8601) that the clock shows.")

    @property
    def structures(self) -> Path:
        """Folder of the snapshots of companies' structures, each made again from the database whenever it is missing."""
        return self.home / "structures"


class UnknownSettingError(ValueError):
    """A variable starts with ASHIATO_ and is no setting: probably a misspelling, so nothing starts."""


def load() -> Settings:
    """The settings of this process. Refuses variables that start with ASHIATO_ and mean nothing."""
    known = {PREFIX + name.upper() for name in Settings.model_fields if name != "database_url"}
    known |= {PREFIX + "URL", PREFIX + "TOKEN", PREFIX + "PASSWORD"}  # the command line's
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise UnknownSettingError(f"{', '.join(unknown)}: no such setting. Known: {', '.join(sorted(known))}.")
    return Settings()
