-- Where a smelter or refiner stands, as minerals templates state it: not where the material was mined.
-- Safe while older code runs: a column with a default, which older code leaves out.

ALTER TABLE material_origin ADD COLUMN refiner_country text NOT NULL DEFAULT '' CHECK (refiner_country ~ '^([A-Z]{2})?$');
