-- Tokens are never kept: only their BLAKE2b hash, as hex. A link is used once.
CREATE TABLE owner_link (
    id IDENTITY,
    token_hash TEXT NOT NULL UNIQUE,
    created_at_s BIGINT NOT NULL,
    expires_at_s BIGINT NOT NULL,
    used_at_s BIGINT
);

-- person_id is NULL for an owner who is no person of the network.
CREATE TABLE session (
    id IDENTITY,
    token_hash TEXT NOT NULL UNIQUE,
    csrf TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('guest', 'member', 'facilitator', 'steward')),
    person_id BIGINT REFERENCES person (id) ON DELETE CASCADE,
    created_at_s BIGINT NOT NULL,
    last_seen_at_s BIGINT NOT NULL,
    expires_at_s BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id);
