-- The list of people counts roles, states and places for its filters on every page: from these
-- alone, without reading the rows.
CREATE INDEX role_holding_roles ON role_holding (number, role_key);
CREATE INDEX role_holding_places ON role_holding (number, place_id);
CREATE INDEX person_by_state ON person (state);
