-- One file that came in. `bytes` is kept until the import is stored or dropped.
CREATE TABLE import_batch (
    id IDENTITY,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('kept', 'stored', 'undone')),
    bytes BLOB,
    choices TEXT NOT NULL,
    preview TEXT,
    outcome TEXT,
    job_id BIGINT,
    edit_id BIGINT,
    person_id BIGINT NOT NULL,
    created_at_s BIGINT NOT NULL,
    stored_at_s BIGINT,
    undone_at_s BIGINT
);
CREATE INDEX import_batch_by_state ON import_batch (state, created_at_s);

-- What an import stored, in its order: enough to take it back. `before` is absent for a new row.
CREATE TABLE import_row (
    batch_id BIGINT NOT NULL REFERENCES import_batch (id),
    number BIGINT NOT NULL,
    row_id BIGINT NOT NULL,
    before TEXT,
    PRIMARY KEY (batch_id, number)
);
