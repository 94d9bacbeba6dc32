-- A collective keeps its row when it is dissolved: what people did together is not rewritten.
-- max_people is NULL for the usual ten; above it stands with the reason somebody wrote.
CREATE TABLE collective (
    id IDENTITY,
    theme_id BIGINT NOT NULL REFERENCES theme (id),
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'inviting', 'forming', 'active', 'dissolved')),
    is_locked BIGINT NOT NULL CHECK (is_locked IN (0, 1)),
    max_people BIGINT,
    max_reason TEXT,
    gate_reason TEXT,
    created_at_s BIGINT NOT NULL,
    changed_at_s BIGINT NOT NULL
);
CREATE INDEX collective_theme ON collective (theme_id);

-- One person may sit in one collective at a time (waiting for another meanwhile is another row).
CREATE TABLE membership (
    collective_id BIGINT NOT NULL REFERENCES collective (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    capacity TEXT NOT NULL CHECK (capacity IN ('member', 'facilitator')),
    state TEXT NOT NULL CHECK (state IN ('suggested', 'invited', 'accepted', 'active', 'declined', 'waitlisted')),
    placed_by TEXT NOT NULL CHECK (placed_by IN ('program', 'person')),
    code TEXT UNIQUE,
    joined_at_s BIGINT NOT NULL,
    PRIMARY KEY (collective_id, person_id)
);
CREATE INDEX membership_person ON membership (person_id);

-- What a proposal was asked for and how far it got, also of proposals that were replaced.
CREATE TABLE forming (
    id IDENTITY,
    options TEXT NOT NULL,
    objective REAL NOT NULL,
    bound REAL NOT NULL,
    gap_pct REAL NOT NULL,
    iterations BIGINT NOT NULL,
    was_cut_short BIGINT NOT NULL CHECK (was_cut_short IN (0, 1)),
    made_at_s BIGINT NOT NULL
);

-- The rules of forming that the network chose; one row.
CREATE TABLE forming_rule (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    rules TEXT NOT NULL,
    changed_at_s BIGINT NOT NULL
);
