using Im.Core.Data;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Pictures;

internal sealed class PictureStore(StoreReader reader) : IPictureStore
{
    /// <summary>$1 whose, $2 its version, $3 and $4 its bytes.</summary>
    public const string PutSql = """
        INSERT INTO pictures (holder, version, small, large) VALUES ($1, $2, $3, $4) ON CONFLICT (holder) DO UPDATE SET version = excluded.version, small = excluded.small, large = excluded.large
        """;

    // The account's row is locked first: the deletion of an account marks it, and finds what was there before.
    private const string SetSql = """
        WITH owner AS (
            UPDATE users SET picture = $2 WHERE id = $1 AND erasing_at IS NULL AND coalesce(muted_until <= now(), true) RETURNING id
        ), put AS (
            INSERT INTO pictures (holder, version, small, large) SELECT id, $2, $3, $4 FROM owner WHERE $2 IS NOT NULL
            ON CONFLICT (holder) DO UPDATE SET version = excluded.version, small = excluded.small, large = excluded.large
        ), removed AS (
            DELETE FROM pictures WHERE holder = (SELECT id FROM owner) AND $2 IS NULL
        )
        SELECT id FROM owner
        """;

    public Task<bool> SetAsync(Guid user, Picture? picture, CancellationToken cancellationToken = default) => reader.QueryAsync(
        SetSql, [user, Optional(picture?.Version, NpgsqlDbType.Text), Optional(picture?.Small, NpgsqlDbType.Bytea), Optional(picture?.Large, NpgsqlDbType.Bytea)], rows => rows.ReadAsync(), cancellationToken);

    public Task<byte[]?> ReadOfUserAsync(Guid user, string version, bool large, CancellationToken cancellationToken = default) => ReadAsync("users", user, version, large, cancellationToken);

    public Task<byte[]?> ReadOfRoomAsync(Guid room, string version, bool large, CancellationToken cancellationToken = default) => ReadAsync("rooms", room, version, large, cancellationToken);

    // A room's by the address of a user's would be nobody's to refuse.
    private Task<byte[]?> ReadAsync(string holders, Guid holder, string version, bool large, CancellationToken cancellationToken) => reader.QueryAsync(
        $"SELECT p.{(large ? "large" : "small")} FROM pictures p JOIN {holders} h ON h.id = p.holder WHERE p.holder = $1 AND p.version = $2", [holder, version],
        async rows => await rows.ReadAsync() ? rows.GetFieldValue<byte[]>(0) : null, cancellationToken);

    private static NpgsqlParameter Optional(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
