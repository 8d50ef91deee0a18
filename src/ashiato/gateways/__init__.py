"""How others speak to Ashiato: each gateway maps one standard to the domain and knows none of the other gateways."""
