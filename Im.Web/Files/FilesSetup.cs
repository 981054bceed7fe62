using Im.Core.Files;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.AspNetCore.Http.Metadata;

namespace Im.Web.Files;

/// <summary>Files: uploaded first, then posted on the socket as an event of kind <c>file</c>.</summary>
internal static class FilesSetup
{
    public static IHostApplicationBuilder AddFiles(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Thumbnails>();
        builder.Services.AddSingleton<Uploads>();
        builder.Services.AddSingleton<FileReads>();
        builder.Services.AddHostedService<StaleFiles>();
        return builder;
    }

    public static void MapFiles(this IEndpointRouteBuilder api)
    {
        var files = api.MapGroup("/files").WithTags("Files");
        files.MapPost("", (string? name, HttpContext context, Uploads uploads) => uploads.TakeAsync(context, name)).RequireLogin()
            .WithMetadata(new AnyLength()) // Uploads looks at it
            .Accepts<Stream>("*/*") // what is not named here would be refused
            .WithSummary("Upload a file")
            .WithDescription("The body is the file, of any media type, with a `Content-Length` of 1 byte to 25 MB (setting `Files:MaxBytes`). `name` is what it is called. What it is, is found by its content: PNG, JPEG, GIF and WebP "
                + "are pictures and lose what tells of where and when they were taken. It is the user's alone until it is posted, and deleted after a day if it is not.")
            .Produces<FileContent>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.Muted, ProblemKind.CrossSite, ProblemKind.QuotaFull, ProblemKind.TooLarge, ProblemKind.SlowDown, ProblemKind.Unavailable);
        files.MapGet("", async (HttpContext context, IFileRecords records, CancellationToken cancellationToken) => TypedResults.Ok(await records.FindSpaceAsync(CurrentSession.UserOf(context), cancellationToken))).RequireLogin()
            .WithSummary("Room for my files")
            .Produces<FileSpace>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        files.MapGet("/{id:guid}", (Guid id, HttpContext context, FileReads reads) => reads.AnswerAsync(id, context, isThumbnail: false))
            .WithSummary("A file")
            .WithDescription("For who may read the line that holds it; one that is not posted, for who uploaded it. Takes `Range` and `If-None-Match`. Pictures are shown, everything else is an attachment. One of the lobby needs no login.")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream")
            .WithCredentials(null, ApiDescription.Session, ApiDescription.Bearer)
            .WithProblems(ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.Unavailable);
        files.MapGet("/{id:guid}/thumbnail", (Guid id, HttpContext context, FileReads reads) => reads.AnswerAsync(id, context, isThumbnail: true))
            .WithSummary("A picture's thumbnail")
            .WithDescription($"WebP, upright, at most {FileLimits.ThumbnailPixels} × {FileLimits.ThumbnailPixels} pixels; for whoever may read the file.")
            .Produces<Stream>(StatusCodes.Status200OK, "image/webp")
            .WithCredentials(null, ApiDescription.Session, ApiDescription.Bearer)
            .WithProblems(ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.Unavailable);
        files.MapDelete("/{id:guid}", async (Guid id, HttpContext context, IFileRecords records, CancellationToken cancellationToken) =>
                await records.DeleteUnpostedAsync(id, CurrentSession.UserOf(context), cancellationToken) ? TypedResults.NoContent() : ProblemKind.NotFound.Because()).RequireLogin()
            .WithSummary("Delete a file that is not posted")
            .WithDescription("One that is posted goes with its line, which is recalled.")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
    }

    private sealed class AnyLength : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
