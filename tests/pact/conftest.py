"""A certificate authority for the run, and a carrier that may call systems on loopback."""

import pytest
from tests.elsewhere import Authority

from ashiato.gateways.pact.carrier import Carrier
from ashiato.gateways.rest import Tools
from ashiato.plumbing.outbound import Outbound, networks


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def carrier(tools: Tools, authority: Authority) -> Carrier:
    out = Outbound(networks("127.0.0.0/8"), authority.file, tools.settings.public_url, most_bytes=1_000_000, seconds=1.5)
    return Carrier(tools.works, tools.seal, out, tools.settings)
