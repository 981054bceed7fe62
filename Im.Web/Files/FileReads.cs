using Im.Core.Files;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Rooms;
using Im.Protocol.Kinds;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Im.Web.Files;

/// <summary>
/// Answers with files. Who may read the line that holds it may read a file, and is asked about on each read, also where the browser has it: then 304 is the answer. One that is not posted is its
/// owner's. "Not yours" and "does not exist" look the same.
/// </summary>
internal sealed class FileReads(IFileRecords records, IFileStore store, IConversationStore conversations, IRoomStore rooms, IOptions<LimitOptions> limits, TimeProvider time)
{
    /// <summary>It is no page: nothing in it runs, loads or is framed, whatever a browser takes it for.</summary>
    private const string Policy = "default-src 'none'; frame-ancestors 'none'; sandbox";
    private const string Thumbnail = "image/webp";

    private readonly OwnerBuckets<string> _buckets = new(limits.Value.FileBytes, time);

    public async Task<IResult> AnswerAsync(Guid id, HttpContext context, bool isThumbnail)
    {
        var user = CurrentSession.Of(context)?.Session.UserId;
        var owner = user is { } known ? $"{known:N}" : AddressKey.Of(context.Connection.RemoteIpAddress);
        if (_buckets.Wait(owner) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because("Too much was read.");
        var found = await records.FindAsync(id, context.RequestAborted);
        if (found is null || !await MayReadAsync(found, user, context.RequestAborted))
            return ProblemKind.NotFound.Because();
        var file = found.File;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        // Kept by the browser, and shown after it has asked.
        headers.CacheControl = "private, no-cache";
        if (isThumbnail)
        {
            if (file.Width is null || await records.ReadThumbnailAsync(id, context.RequestAborted) is not { } thumbnail)
                return ProblemKind.NotFound.Because();
            _buckets.Charge(owner, thumbnail.Length);
            return TypedResults.Bytes(thumbnail, Thumbnail, entityTag: TagOf(file));
        }
        // By width: only what was decoded is shown.
        var disposition = new ContentDispositionHeaderValue(file.Width is null ? "attachment" : "inline");
        disposition.SetHttpFileName(file.Name);
        headers.ContentDisposition = disposition.ToString();
        return TypedResults.Stream(new StoredFileStream(store, id, file.Size!.Value, context.RequestAborted) { OnRead = bytes => _buckets.Charge(owner, bytes) }, file.Type, entityTag: TagOf(file), enableRangeProcessing: true);
    }

    /// <summary>A picture whose address is another one for another picture: the browser keeps it, and does not ask.</summary>
    /// <param name="read">WebP; null where there is none, or not for who asks.</param>
    public async Task<IResult> AnswerPictureAsync(HttpContext context, Func<Task<byte[]?>> read)
    {
        var owner = $"{CurrentSession.UserOf(context):N}";
        if (_buckets.Wait(owner) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because("Too much was read.");
        if (await read() is not { } bytes)
            return ProblemKind.NotFound.Because();
        _buckets.Charge(owner, bytes.Length);
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return TypedResults.Bytes(bytes, Thumbnail);
    }

    // What an id stands for never changes.
    private static EntityTagHeaderValue TagOf(FileContent file) => new($"\"{file.File:N}\"");

    private async Task<bool> MayReadAsync(StoredFile file, Guid? user, CancellationToken cancellationToken) => file.Conversation switch
    {
        null => file.Owner == user,
        { IsLobby: true } => true,
        _ when user is null => false,
        { IsRoom: true } room => await rooms.FindStandingAsync(room, user.Value, cancellationToken) is { } standing && standing.Scope.Contains(file.Seq!.Value),
        { } direct => await conversations.FindPeerAsync(direct, user.Value, cancellationToken) is not null,
    };
}
