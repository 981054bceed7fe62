using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Im.Core.Data.Migrations
{
    /// <summary>
    /// Messages become events. Each message is a line, its number the sequence it had, and its text the content of kind 1. One whose text had been removed has no content.
    /// The table is written anew once: so many million messages take so many ten seconds, during which nobody writes.
    /// </summary>
    public partial class Events : Migration
    {
        // Called at the end of the statement that appends, with the conversation's row locked. Each query of a volatile function sees what was committed before it, so also what another
        // node stored after the append's own snapshot was taken: no event slips past one that erases, nor is one forgotten by it.
        private const string Trigger = """
            CREATE FUNCTION apply_event() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.mentions IS NOT NULL THEN
                    INSERT INTO mentions (user_id, conversation_id, line) SELECT named, NEW.conversation_id, NEW.line FROM unnest(NEW.mentions) named;
                    RETURN NULL;
                END IF;
                IF EXISTS (SELECT FROM events WHERE conversation_id = NEW.conversation_id AND target = NEW.target AND effect = 3 AND in_force AND seq < NEW.seq) THEN
                    RAISE check_violation USING MESSAGE = 'The line was erased.';
                END IF;
                IF NEW.effect = 3 THEN
                    UPDATE events SET content = NULL WHERE conversation_id = NEW.conversation_id AND seq = NEW.target AND line = seq;
                    UPDATE events SET content = NULL WHERE conversation_id = NEW.conversation_id AND line = NEW.target AND line <> seq;
                    UPDATE events SET content = NULL, in_force = false
                        WHERE conversation_id = NEW.conversation_id AND target = NEW.target AND effect IS NOT NULL AND seq < NEW.seq;
                    DELETE FROM mentions WHERE conversation_id = NEW.conversation_id AND line = NEW.target;
                    RETURN NULL;
                END IF;
                UPDATE events SET in_force = false
                    WHERE conversation_id = NEW.conversation_id AND target = NEW.target AND effect IS NOT NULL AND in_force AND kind = NEW.kind AND slot = NEW.slot AND seq < NEW.seq;
                IF NEW.effect = 2 THEN
                    UPDATE events SET in_force = false WHERE conversation_id = NEW.conversation_id AND seq = NEW.target AND line = seq;
                    UPDATE events SET in_force = false WHERE conversation_id = NEW.conversation_id AND line = NEW.target AND line <> seq;
                END IF;
                RETURN NULL;
            END $$;

            CREATE TRIGGER apply_event AFTER INSERT ON events FOR EACH ROW WHEN (NEW.effect > 0 OR NEW.mentions IS NOT NULL) EXECUTE FUNCTION apply_event();
            """;

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                ALTER TABLE messages RENAME TO events;
                ALTER TABLE events RENAME COLUMN body TO content;
                ALTER TABLE events RENAME CONSTRAINT pk_messages TO pk_events;
                ALTER INDEX ix_messages_tx RENAME TO ix_events_tx;
                ALTER INDEX ux_messages_client_id RENAME TO ux_events_client_id;
                ALTER TABLE events
                    ADD line bigint, ADD kind smallint NOT NULL DEFAULT 1, ADD target bigint, ADD effect smallint, ADD slot text, ADD in_force boolean NOT NULL DEFAULT true, ADD mentions uuid[],
                    ALTER content DROP NOT NULL;
                ALTER TABLE events
                    ALTER line TYPE bigint USING seq,
                    ALTER content TYPE text USING CASE WHEN content <> '' THEN '{"text":' || to_json(content)::text || '}' END,
                    ALTER kind DROP DEFAULT;
                CREATE INDEX ix_events_line ON events (conversation_id, line) WHERE line <> seq;
                CREATE INDEX ix_events_target ON events (conversation_id, target, effect, seq) WHERE effect IS NOT NULL AND in_force;

                CREATE TABLE mentions (user_id uuid NOT NULL, conversation_id uuid NOT NULL, line bigint NOT NULL, CONSTRAINT pk_mentions PRIMARY KEY (user_id, conversation_id, line));
                CREATE INDEX ix_mentions_line ON mentions (conversation_id, line);

                ALTER TABLE members RENAME COLUMN read_seq TO read_line;
                ALTER TABLE conversations ADD last_line bigint NOT NULL DEFAULT 0;
                UPDATE conversations SET last_line = last_seq;
                ALTER TABLE installation ADD epoch uuid NOT NULL DEFAULT gen_random_uuid(), ADD home text;
                """);
            migrationBuilder.Sql(Trigger);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new NotSupportedException("Edits, recalls and votes have no place in the tables before: restore the backup made before the upgrade.");
    }
}
