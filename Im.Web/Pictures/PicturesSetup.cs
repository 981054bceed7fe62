using Im.Core.Files;
using Im.Core.Limits;
using Im.Core.Pictures;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Files;
using Im.Web.Http;
using Im.Web.Rooms;
using Im.Web.Sessions;
using Microsoft.Extensions.Options;

namespace Im.Web.Pictures;

/// <summary>Pictures of people and rooms: uploaded as a file, of which a square is cut; the file is not kept.</summary>
internal static class PicturesSetup
{
    private const string Cut = "An own picture that is uploaded and not posted. Its middle is cut out as a square, and the file is deleted.";
    private static readonly string Sizes = $"WebP, square, `size` {PictureLimits.Small} or {PictureLimits.Large} pixels. Of another picture the version is another one, so it may be kept for good.";

    public static void MapPictures(this IEndpointRouteBuilder api)
    {
        var pictures = api.MapGroup("").WithTags("Pictures");
        pictures.MapPut("/me/picture", SetOwnAsync).RequireLogin()
            .WithSummary("Set my picture").WithDescription(Cut)
            .Produces<UserInfo>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotFound, ProblemKind.NotLoggedIn, ProblemKind.Muted, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        pictures.MapDelete("/me/picture", (HttpContext context, Profiles profiles, ISharedBuckets buckets, IOptions<LimitOptions> limits, CancellationToken cancellationToken) => ChangeAsync(context, null, profiles, buckets, limits, cancellationToken)).RequireLogin()
            .WithSummary("Remove my picture")
            .Produces<UserInfo>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.Muted, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        pictures.MapGet("/users/{id:guid}/pictures/{version}/{size:int}", (Guid id, string version, int size, HttpContext context, IPictureStore store, FileReads reads) =>
                reads.AnswerPictureAsync(context, () => ReadAsync(store.ReadOfUserAsync, id, version, size, context))).RequireLogin()
            .WithSummary("Somebody's picture").WithDescription(Sizes)
            .Produces<Stream>(StatusCodes.Status200OK, "image/webp")
            .WithProblems(ProblemKind.NotFound, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        pictures.MapPut("/rooms/{id}/picture", SetOfRoomAsync).RequireLogin()
            .WithSummary("Set a room's picture").WithDescription($"By its administrators. {Cut}")
            .Produces<RoomResponse>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotFound, ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.Muted, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        pictures.MapDelete("/rooms/{id}/picture", (string id, RoomRequests requests, CancellationToken cancellationToken) =>
                requests.ChangeAsync(id, (room, by) => requests.Store.SetPictureAsync(room, by, null, cancellationToken), writes: true)).RequireLogin()
            .WithSummary("Remove a room's picture").WithDescription("By its administrators.")
            .Produces<RoomResponse>()
            .WithProblems(ProblemKind.NotFound, ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.Muted, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        pictures.MapGet("/rooms/{id}/pictures/{version}/{size:int}", (string id, string version, int size, HttpContext context, IRoomStore rooms, IPictureStore store, FileReads reads) =>
                reads.AnswerPictureAsync(context, async () =>
                    RoomRequests.TryReadId(id, out var room) && await rooms.FindAsync(room, CurrentSession.UserOf(context), context.RequestAborted) is not null ? await ReadAsync(store.ReadOfRoomAsync, room.Value, version, size, context) : null)).RequireLogin()
            .WithSummary("A room's picture").WithDescription($"For who is in it; of a public one for everybody. {Sizes}")
            .Produces<Stream>(StatusCodes.Status200OK, "image/webp")
            .WithProblems(ProblemKind.NotFound, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
    }

    private static async Task<byte[]?> ReadAsync(Func<Guid, string, bool, CancellationToken, Task<byte[]?>> read, Guid holder, string version, int size, HttpContext context) =>
        size is PictureLimits.Small or PictureLimits.Large && version.Length == PictureLimits.VersionChars ? await read(holder, version, size == PictureLimits.Large, context.RequestAborted) : null;

    private static async Task<IResult> SetOwnAsync(
        PictureRequest request, HttpContext context, IFileRecords files, Profiles profiles, ISharedBuckets buckets, IOptions<LimitOptions> limits, CancellationToken cancellationToken)
    {
        var (picture, problem) = await TakeAsync(request.File, context, files, cancellationToken);
        if (problem is not null)
            return problem;
        var answer = await ChangeAsync(context, picture, profiles, buckets, limits, cancellationToken);
        if (answer is IValueHttpResult)
            await files.DeleteUnpostedAsync(request.File, CurrentSession.UserOf(context), CancellationToken.None);
        return answer;
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, Picture? picture, Profiles profiles, ISharedBuckets buckets, IOptions<LimitOptions> limits, CancellationToken cancellationToken)
    {
        var user = CurrentSession.UserOf(context);
        if (await buckets.TakeAsync("people-changes", $"{user:N}", limits.Value.PeopleChanges, 1) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because();
        if (await profiles.ChangePictureAsync(user, picture, cancellationToken) is { } changed)
            return TypedResults.Ok(changed);
        return (await profiles.IsMutedAsync(user, cancellationToken) ? ProblemKind.Muted : ProblemKind.NotLoggedIn).Because();
    }

    private static async Task<IResult> SetOfRoomAsync(string id, PictureRequest request, HttpContext context, IFileRecords files, RoomRequests requests, CancellationToken cancellationToken)
    {
        var (picture, problem) = await TakeAsync(request.File, context, files, cancellationToken);
        if (problem is not null)
            return problem;
        var answer = await requests.ChangeAsync(id, (room, by) => requests.Store.SetPictureAsync(room, by, picture, cancellationToken), writes: true);
        if (answer is IValueHttpResult)
            await files.DeleteUnpostedAsync(request.File, CurrentSession.UserOf(context), CancellationToken.None);
        return answer;
    }

    private static async Task<(Picture? Picture, IResult? Problem)> TakeAsync(Guid file, HttpContext context, IFileRecords files, CancellationToken cancellationToken)
    {
        if (await files.FindAsync(file, cancellationToken) is not { Conversation: null } found || found.Owner != CurrentSession.UserOf(context))
            return (null, ProblemKind.NotFound.Because());
        return await files.ReadThumbnailAsync(file, cancellationToken) is { } thumbnail && Squares.Of(thumbnail) is { } picture ? (picture, null) : (null, ProblemKind.BadRequest.Because("PNG, JPEG, GIF or WebP, and not too large to be shown."));
    }
}
