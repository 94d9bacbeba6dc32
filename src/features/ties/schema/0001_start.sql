-- from_id says something about to_id. is_mutual: the tie holds both ways (then from_id < to_id is
-- not required: it is kept as it was said). strength 1 (we know each other) to 4 (very close).
CREATE TABLE tie (
    id IDENTITY,
    from_id BIGINT NOT NULL REFERENCES person (id),
    to_id BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL
        CHECK (kind IN ('know', 'learn_from', 'work_with', 'trust', 'ask_help', 'fund', 'introduced')),
    strength BIGINT NOT NULL CHECK (strength BETWEEN 1 AND 4),
    is_mutual BIGINT NOT NULL CHECK (is_mutual IN (0, 1)),
    first_at_s BIGINT,
    last_at_s BIGINT,
    version BIGINT NOT NULL,
    created_at_s BIGINT NOT NULL,
    CHECK (from_id <> to_id),
    UNIQUE (from_id, to_id, kind)
);
CREATE INDEX tie_by_to ON tie (to_id);
