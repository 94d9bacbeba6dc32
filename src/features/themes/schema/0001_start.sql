-- What people wrote. "themed" is not stored: a statement is themed when it stands in a theme.
CREATE TABLE statement (
    id IDENTITY,
    person_id BIGINT REFERENCES person (id),
    author TEXT, -- free text where no person is known
    text TEXT NOT NULL CHECK (text <> ''),
    text_folded TEXT NOT NULL,
    lang TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT 'form' CHECK (source IN ('form', 'import', 'plan', 'convening')),
    role TEXT, -- as it was when they wrote
    place TEXT,
    state TEXT NOT NULL DEFAULT 'submitted' CHECK (state IN ('draft', 'submitted', 'withdrawn', 'archived')),
    created_at_s BIGINT NOT NULL
);
CREATE INDEX statement_person ON statement (person_id);

CREATE TABLE theme (
    id IDENTITY,
    name TEXT NOT NULL CHECK (name <> ''),
    name_folded TEXT NOT NULL,
    name_es TEXT,
    is_named BIGINT NOT NULL DEFAULT 0 CHECK (is_named IN (0, 1)), -- a person gave the name
    state TEXT NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'confirmed', 'open', 'merged', 'closed')),
    origin TEXT NOT NULL CHECK (origin IN ('program', 'person', 'split')),
    words TEXT NOT NULL DEFAULT '{}', -- JSON: {"en": [...], "es": [...], "joined": [...]}
    cohesion REAL NOT NULL DEFAULT 0, -- mean likeness of its texts to their centre, 0 to 1
    merged_into BIGINT REFERENCES theme (id),
    created_at_s BIGINT NOT NULL
);
CREATE INDEX theme_state ON theme (state);

-- Where each statement stands. A statement without a row waits to be placed.
CREATE TABLE theme_assignment (
    statement_id BIGINT PRIMARY KEY REFERENCES statement (id),
    theme_id BIGINT REFERENCES theme (id),
    fate TEXT NOT NULL CHECK (fate IN ('theme', 'none', 'aside')),
    placed_by TEXT NOT NULL CHECK (placed_by IN ('program', 'person')),
    is_pinned BIGINT NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1)),
    confidence REAL NOT NULL DEFAULT 0,
    margin REAL NOT NULL DEFAULT 0, -- confidence less that of the second choice
    band BIGINT NOT NULL DEFAULT 0 CHECK (band IN (0, 1, 2)), -- unsure, likely, sure
    second_id BIGINT REFERENCES theme (id),
    nearness BIGINT NOT NULL DEFAULT 9, -- 0 to 4: the most telling ones of its theme
    placed_at_s BIGINT NOT NULL,
    CHECK ((fate = 'theme') = (theme_id IS NOT NULL))
);
CREATE INDEX theme_assignment_theme ON theme_assignment (theme_id, nearness);
CREATE INDEX theme_assignment_second ON theme_assignment (second_id);

-- Every search for themes, also those nobody took over.
CREATE TABLE theme_run (
    id IDENTITY,
    state TEXT NOT NULL CHECK (state IN ('applied', 'proposed', 'dropped')),
    options TEXT NOT NULL, -- JSON: {"count": …, "lean": …, "seed": …, "keeps": …}
    statement_count BIGINT NOT NULL,
    theme_count BIGINT NOT NULL,
    agreement REAL NOT NULL,
    temperature REAL NOT NULL,
    proposal TEXT, -- JSON, while proposed: the themes as they would be
    places TEXT, -- while proposed: one line a statement (themes_undo.c)
    created_at_s BIGINT NOT NULL
);
CREATE INDEX theme_run_state ON theme_run (state);
