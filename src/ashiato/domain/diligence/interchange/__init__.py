"""Due diligence in the forms of others: minerals templates in and out, bundles of evidence."""

from ashiato.domain.diligence.interchange import bundle, minerals, template

__all__ = ["bundle", "minerals", "template"]
