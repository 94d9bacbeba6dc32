-- `version` grows with every change; the undo of an import leaves rows alone that changed since.
-- languages: codes or names, one blank between; slots: 21 bits, Monday morning first, absent when
-- not said; facilitates: 0 no, 1 has watched, 2 with somebody, 3 leads, 4 trains others.
CREATE TABLE person (
    id IDENTITY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    email TEXT,
    email_folded TEXT UNIQUE,
    phone TEXT,
    languages TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('invited', 'joined', 'active', 'quiet', 'alum', 'left')),
    years_in_place BIGINT CHECK (years_in_place BETWEEN 0 AND 120),
    facilitates BIGINT NOT NULL CHECK (facilitates BETWEEN 0 AND 4),
    slots BIGINT,
    search_folded TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at_s BIGINT NOT NULL,
    updated_at_s BIGINT NOT NULL
);
CREATE INDEX person_by_name ON person (name_folded, id);

-- Number 1 is what the person does now and everybody has it (role_key '' when not said); higher
-- numbers are what they did before. role_key: one of the nine of people.h, else the folded title.
CREATE TABLE role_holding (
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    number BIGINT NOT NULL CHECK (number >= 1),
    role_key TEXT NOT NULL,
    title TEXT,
    place_id BIGINT REFERENCES place (id),
    organisation TEXT,
    from_s BIGINT,
    until_s BIGINT,
    PRIMARY KEY (person_id, number)
);
CREATE INDEX role_holding_by_role ON role_holding (role_key, person_id);
CREATE INDEX role_holding_by_place ON role_holding (place_id, person_id);

-- level: 0 none, 1 learning, 2 can do, 3 can teach; absent when not said.
CREATE TABLE gift (
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('offer', 'want')),
    skill_folded TEXT NOT NULL,
    skill TEXT NOT NULL,
    level BIGINT CHECK (level BETWEEN 0 AND 3),
    PRIMARY KEY (person_id, kind, skill_folded)
);

-- With whom a person would like to be in a collective, or not.
CREATE TABLE wish (
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    other_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('together', 'apart')),
    PRIMARY KEY (person_id, other_id)
);
CREATE INDEX wish_by_other ON wish (other_id);
