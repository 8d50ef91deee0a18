"""The messages of the REST interface, as they are spelled on the wire. Figures are decimal strings; times are RFC 3339."""
