CREATE TABLE network (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    languages TEXT NOT NULL,
    created_at_s BIGINT NOT NULL
);

-- `shares` is an object of shares in percent of the people of a place ({"low_income": 76}), as
-- published about the place; never about a person.
CREATE TABLE place (
    id IDENTITY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_id BIGINT REFERENCES place (id),
    zone TEXT,
    locale TEXT,
    code TEXT,
    students BIGINT CHECK (students >= 0),
    schools BIGINT CHECK (schools >= 0),
    latitude REAL,
    longitude REAL,
    shares TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at_s BIGINT NOT NULL
);
CREATE INDEX place_by_name ON place (name_folded, id);
CREATE INDEX place_by_parent ON place (parent_id);
