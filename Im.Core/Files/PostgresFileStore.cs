using System.Buffers;
using Im.Core.Data;

namespace Im.Core.Files;

/// <summary>Bytes in Postgres, in rows of <see cref="ChunkBytes"/>: no further server, shared by all web servers, deleted and backed up with everything else.</summary>
internal sealed class PostgresFileStore(StoreReader reader) : IFileStore, IDisposable
{
    private const int ChunkBytes = 256 * 1024;

    // Of the process' connections: what people write to each other does not wait for files.
    private const int MaxStatements = 6;

    private readonly SemaphoreSlim _free = new(MaxStatements);

    public async Task WriteAsync(Guid file, Stream bytes, CancellationToken cancellationToken = default)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (var number = 0; await bytes.ReadAtLeastAsync(buffer.AsMemory(0, ChunkBytes), ChunkBytes, throwOnEndOfStream: false, cancellationToken) is > 0 and var read; number++)
                await QueryAsync("INSERT INTO file_chunks (file_id, number, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1", [file, number, new ReadOnlyMemory<byte>(buffer, 0, read)], cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public async Task<int> ReadAsync(Guid file, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var (number, from) = ((int)(offset / ChunkBytes), (int)(offset % ChunkBytes));
        var bytes = await QueryAsync("SELECT substr(bytes, $3, $4) FROM file_chunks WHERE file_id = $1 AND number = $2", [file, number, from + 1, buffer.Length], cancellationToken);
        bytes.CopyTo(buffer);
        return bytes.Length;
    }

    private async Task<byte[]> QueryAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return await reader.QueryAsync(sql, parameters, async rows => await rows.ReadAsync() && rows.GetFieldType(0) == typeof(byte[]) ? rows.GetFieldValue<byte[]>(0) : [], cancellationToken);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();
}
