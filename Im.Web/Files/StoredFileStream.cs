using Im.Core.Files;

namespace Im.Web.Files;

/// <summary>A stored file, from any place on, a part at a time.</summary>
internal sealed class StoredFileStream(IFileStore store, Guid file, long length, CancellationToken cancellationToken) : Stream
{
    /// <summary>Hears how many bytes were read.</summary>
    public Action<int>? OnRead { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = Position >= length ? 0 : await store.ReadAsync(file, Position, buffer, cancellationToken);
        if (read == 0 && Position < length)
            throw new IOException("The file was deleted while it was read.");
        Position += read;
        OnRead?.Invoke(read);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, cancellationToken).GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
