using Im.Core.Data;
using Im.Protocol;
using Im.Protocol.Kinds;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Files;

/// <summary>Files' records in Postgres. What is used of each quota is a row of its own, counted by the statement that changes it: two at once wait for each other there.</summary>
internal sealed class FileRecords(StoreReader reader, IOptions<FileStoreOptions> options) : IFileRecords
{
    private const string Columns = "f.id, f.name, f.size, f.type, f.width, f.height, f.color, f.owner_id, f.conversation_id, f.seq";

    private const string BeginSql = """
        WITH counted AS (
            INSERT INTO file_usage AS u (holder, bytes) SELECT $2, $4 WHERE $4 <= $5 ON CONFLICT (holder) DO UPDATE SET bytes = u.bytes + excluded.bytes WHERE u.bytes + excluded.bytes <= $5 RETURNING holder
        )
        INSERT INTO files (id, owner_id, name, size, created_at) SELECT $1, holder, $3, $4, now() FROM counted RETURNING id
        """;

    // A line that was erased without a recall, with its author's account, has no content any more; its file is deleted a moment later.
    private const string FindSql = $"""
        SELECT {Columns} FROM files f LEFT JOIN events e ON e.conversation_id = f.conversation_id AND e.seq = f.seq
        WHERE f.id = $1 AND f.type IS NOT NULL AND (f.conversation_id IS NULL OR e.content IS NOT NULL)
        """;

    private const string UnpostedSql = $"""
        SELECT coalesce(u.bytes, 0) + f.size <= $4, {Columns} FROM files f LEFT JOIN file_usage u ON u.holder = $3
        WHERE f.id = $1 AND f.owner_id = $2 AND f.type IS NOT NULL AND f.conversation_id IS NULL
        """;

    private const string StaleSql = """
        WITH stale AS MATERIALIZED (
            SELECT id FROM files WHERE conversation_id IS NULL AND (created_at < now() - make_interval(hours => $1) OR type IS NULL AND created_at < now() - interval '1 hour') LIMIT 20 FOR UPDATE SKIP LOCKED
        ), deleted AS (
            DELETE FROM files WHERE id IN (SELECT id FROM stale) AND conversation_id IS NULL RETURNING id
        )
        SELECT count(*) FROM deleted
        """;

    public Task<Guid?> BeginAsync(Guid owner, string name, long bytes, CancellationToken cancellationToken = default) => reader.QueryAsync(
        BeginSql, [Guid.CreateVersion7(), owner, name, bytes, options.Value.UserBytes], async rows => await rows.ReadAsync() ? rows.GetGuid(0) : (Guid?)null, cancellationToken);

    public Task<FileContent?> FinishAsync(Guid file, string type, PictureInfo? picture, CancellationToken cancellationToken = default) => reader.QueryAsync(
        $"UPDATE files f SET type = $2, width = $3, height = $4, color = $5, thumbnail = $6 WHERE id = $1 RETURNING {Columns}",
        [file, type, Optional(picture?.Width, NpgsqlDbType.Integer), Optional(picture?.Height, NpgsqlDbType.Integer), Optional(picture?.Color, NpgsqlDbType.Text), Optional(picture?.Thumbnail, NpgsqlDbType.Bytea)],
        async rows => await rows.ReadAsync() ? Read(rows, 0).File : null, cancellationToken);

    public Task<bool> DeleteUnpostedAsync(Guid file, Guid owner, CancellationToken cancellationToken = default) => reader.QueryAsync(
        "DELETE FROM files WHERE id = $1 AND owner_id = $2 AND conversation_id IS NULL RETURNING id", [file, owner], rows => rows.ReadAsync(), cancellationToken);

    public Task<StoredFile?> FindAsync(Guid file, CancellationToken cancellationToken = default) =>
        reader.QueryAsync(FindSql, [file], async rows => await rows.ReadAsync() ? Read(rows, 0) : null, cancellationToken);

    public Task<(FileContent File, bool Fits)?> FindUnpostedAsync(Guid file, Guid owner, ConversationId conversation, CancellationToken cancellationToken = default) => reader.QueryAsync(
        UnpostedSql, [file, owner, conversation.Value, options.Value.ConversationBytes],
        async rows => await rows.ReadAsync() ? (Read(rows, 1).File, rows.GetBoolean(0)) : ((FileContent, bool)?)null, cancellationToken);

    public Task<byte[]?> ReadThumbnailAsync(Guid file, CancellationToken cancellationToken = default) => reader.QueryAsync(
        "SELECT thumbnail FROM files WHERE id = $1 AND thumbnail IS NOT NULL", [file], async rows => await rows.ReadAsync() ? rows.GetFieldValue<byte[]>(0) : null, cancellationToken);

    public Task<FileSpace> FindSpaceAsync(Guid owner, CancellationToken cancellationToken = default) => reader.QueryAsync(
        "SELECT bytes FROM file_usage WHERE holder = $1", [owner],
        async rows => new FileSpace(options.Value.MaxBytes, await rows.ReadAsync() ? rows.GetInt64(0) : 0, options.Value.UserBytes), cancellationToken);

    public Task<IReadOnlyList<StoredFile>> ListAsync(Guid owner, Guid? after, int limit, CancellationToken cancellationToken = default) => reader.QueryAsync(
        $"SELECT {Columns} FROM files f WHERE owner_id = $1 AND id > $2 AND type IS NOT NULL ORDER BY id LIMIT $3", [owner, after ?? Guid.Empty, limit], async rows =>
        {
            var files = new List<StoredFile>();
            while (await rows.ReadAsync())
                files.Add(Read(rows, 0));
            return (IReadOnlyList<StoredFile>)files;
        }, cancellationToken);

    public Task<int> DeleteStaleAsync(CancellationToken cancellationToken = default) => reader.QueryAsync(
        StaleSql, [options.Value.UnpostedHours], async rows => await rows.ReadAsync() ? (int)rows.GetInt64(0) : 0, cancellationToken);

    private static NpgsqlParameter Optional(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static StoredFile Read(NpgsqlDataReader row, int first) => new(
        row.GetGuid(first + 7),
        new(row.GetGuid(first))
        {
            Name = row.GetString(first + 1),
            Size = row.GetInt64(first + 2),
            Type = row.IsDBNull(first + 3) ? null : row.GetString(first + 3),
            Width = row.IsDBNull(first + 4) ? null : row.GetInt32(first + 4),
            Height = row.IsDBNull(first + 5) ? null : row.GetInt32(first + 5),
            Color = row.IsDBNull(first + 6) ? null : row.GetString(first + 6),
        },
        row.IsDBNull(first + 8) ? null : new(row.GetGuid(first + 8)), row.IsDBNull(first + 9) ? null : row.GetInt64(first + 9));
}
