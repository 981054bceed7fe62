namespace Im.Core.Files;

/// <summary>Where the bytes of files are, by id. What there is to know of a file is in <see cref="IFileRecords"/>, whoever keeps the bytes. Written once, then only read.</summary>
public interface IFileStore
{
    /// <summary>Stores a file as it is read, holding a bounded part of it in memory. After a failure a part may be there, which goes with the file's record.</summary>
    /// <exception cref="Data.StoreUnavailableException"/>
    Task WriteAsync(Guid file, Stream bytes, CancellationToken cancellationToken = default);

    /// <summary>Bytes from a place on, as many as <paramref name="buffer"/> takes or fewer; 0 at the end, and where there is nothing any more.</summary>
    /// <exception cref="Data.StoreUnavailableException"/>
    Task<int> ReadAsync(Guid file, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default);
}
