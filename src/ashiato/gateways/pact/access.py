"""Calls by which a partner's program comes to its token; and the schema of the battery extension, open to everybody."""

from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from ashiato.domain import exchange
from ashiato.gateways.pact import files
from ashiato.gateways.pact.desk import AtDesk, AtGate, Call
from ashiato.gateways.pact.serving import BASE
from ashiato.gateways.pact.v3.mapping import BatteryData

Form = exchange.losses.Form
router = APIRouter(route_class=Call, tags=["access"])


@router.get(f"{BASE}/.well-known/openid-configuration")
async def discovery(company_id: UUID, desk: AtDesk) -> JSONResponse:
    """Where tokens are issued (OpenID Connect Discovery, as far as client credentials need it)."""
    issuer = desk.tools.settings.public_url
    return JSONResponse({
        "issuer": f"{issuer}/pact/{company_id}",
        "token_endpoint": f"https://{desk.request.headers.get('host', '')}/pact/{company_id}/auth/token",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    })  # fmt: skip


@router.post(f"{BASE}/auth/token")
async def token(company_id: UUID, desk: AtGate) -> JSONResponse:
    """An access token (RFC 6749 section 4.4); scope, audience and resource may be sent and change nothing."""
    form = parse_qs((await desk.body()).decode("latin-1"), keep_blank_values=True, max_num_fields=50)
    issued = await desk.issue(form)
    return JSONResponse({"access_token": issued.access_token, "token_type": "bearer", "expires_in": issued.expires_in})


schemas = APIRouter(tags=["access"])


@schemas.get("/pact/losses/{form}.json")
async def loss_report(form: Form) -> JSONResponse:
    """What a form has no place for, and what it says although nobody has stated it; every payload of Catena-X leads here by its `Link`."""
    return JSONResponse(exchange.files.report_of(form, files.report(form)))


@schemas.get("/pact/extensions/battery/1.0.0.json")
async def battery_extension() -> JSONResponse:
    """The schema of what an EU battery footprint says beyond PACT's model."""
    return JSONResponse({"$schema": "https://json-schema.org/draft/2020-12/schema", **BatteryData.model_json_schema()})
