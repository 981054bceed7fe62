using Im.Core.Data;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Core.Files;

/// <summary>
/// What there is to know of files. A file is begun, then finished, then posted: the statement that stores the line binds the file to it, where it is the poster's own, finished and unposted, and
/// the conversation has room. The statement that recalls a line deletes its file, with its bytes. Every method throws <see cref="StoreUnavailableException"/> when the database cannot be reached.
/// </summary>
public interface IFileRecords
{
    /// <summary>Begins a file of so many bytes, which count as the user's from here on; null where they have no room.</summary>
    Task<Guid?> BeginAsync(Guid owner, string name, long bytes, CancellationToken cancellationToken = default);

    /// <summary>It came whole. Null where it was deleted meanwhile.</summary>
    Task<FileContent?> FinishAsync(Guid file, string type, PictureInfo? picture, CancellationToken cancellationToken = default);

    /// <summary>Deletes one that was not posted; false where there is none of this user's.</summary>
    Task<bool> DeleteUnpostedAsync(Guid file, Guid owner, CancellationToken cancellationToken = default);

    /// <summary>Null where there is no such file, it did not come whole, or its line was erased.</summary>
    Task<StoredFile?> FindAsync(Guid file, CancellationToken cancellationToken = default);

    /// <summary>A user's own file that can be posted, and whether it has room there.</summary>
    Task<(FileContent File, bool Fits)?> FindUnpostedAsync(Guid file, Guid owner, ConversationId conversation, CancellationToken cancellationToken = default);

    /// <summary>Null where it has none, or is gone.</summary>
    Task<byte[]?> ReadThumbnailAsync(Guid file, CancellationToken cancellationToken = default);

    Task<FileSpace> FindSpaceAsync(Guid owner, CancellationToken cancellationToken = default);

    /// <summary>A user's files by id, those after one, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<StoredFile>> ListAsync(Guid owner, Guid? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Deletes a few of what was never posted and is too old (<see cref="FileStoreOptions.UnpostedHours"/>). Several at once do not do the same work.</summary>
    /// <returns>How many; 0 when nothing is left.</returns>
    Task<int> DeleteStaleAsync(CancellationToken cancellationToken = default);
}

/// <param name="Thumbnail">WebP.</param>
public sealed record PictureInfo(int Width, int Height, string Color, byte[] Thumbnail);

/// <param name="Seq">Of the line that holds it, in <paramref name="Conversation"/>; null for one that is not posted.</param>
public sealed record StoredFile(Guid Owner, FileContent File, ConversationId? Conversation, long? Seq);
