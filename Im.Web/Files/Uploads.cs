using System.IO.Pipelines;
using Im.Core.Accounts;
using Im.Core.Files;
using Im.Core.Limits;
using Im.Protocol.Kinds;
using Im.ServiceDefaults.Connections;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace Im.Web.Files;

/// <summary>Takes files in: who may, what it is by its content, without what a picture tells of its place. What does not come whole leaves nothing.</summary>
internal sealed class Uploads(
    IFileRecords records, IFileStore store, Thumbnails thumbnails, IUserStandings standings, ISharedBuckets buckets, IOptions<FileStoreOptions> options, IOptions<LimitOptions> limits, TimeProvider time)
{
    private const string NoPicture = "application/octet-stream";

    private static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(30);
    private static readonly MinDataRate SlowestBody = new(8 * 1024, TimeSpan.FromSeconds(15));

    private readonly OpenCounts _running = new(limits.Value.MaxUploads, limits.Value.MaxUploadsPerUser);

    public async Task<IResult> TakeAsync(HttpContext context, string? name)
    {
        var user = CurrentSession.UserOf(context);
        if ((await standings.FindAsync(user, context.RequestAborted)).IsMuted(time.GetUtcNow()))
            return ProblemKind.Muted.Because();
        if (await buckets.TakeAsync("uploads", $"{user:N}", limits.Value.Uploads, 1) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because("Too many uploads.");
        if (context.Request.ContentLength is not (> 0 and var bytes))
            return ProblemKind.BadRequest.Because("A file has at least one byte, and a Content-Length.");
        if (bytes > options.Value.MaxBytes)
            return ProblemKind.TooLarge.Because($"At most {options.Value.MaxBytes} bytes.");
        var room = _running.TryEnter($"{user:N}", out var place);
        using (place)
            return room switch
            {
                Room.Free => await TakeAsync(context, user, FileName.Clean(name), bytes),
                Room.OwnerIsFull => ProblemKind.SlowDown.Because("As many uploads of this account as there may be are under way."),
                _ => ProblemKind.Unavailable.Because("As many uploads as there may be are under way."),
            };
    }

    private async Task<IResult> TakeAsync(HttpContext context, Guid user, string name, long bytes)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        late.CancelAfter(MaxTime);
        context.Features.Get<IHttpMinRequestBodyDataRateFeature>()?.MinDataRate = SlowestBody;
        // Whoever gives up during it would leave a file of which nobody here knows.
        if (await records.BeginAsync(user, name, bytes, CancellationToken.None) is not { } id)
            return ProblemKind.QuotaFull.Because($"All files of an account have {options.Value.UserBytes} bytes at most.");
        try
        {
            return await StoreAsync(context.Request.Body, id, bytes, late.Token) is { } file ? TypedResults.Ok(file) : ProblemKind.NotFound.Because();
        }
        catch (Exception exception)
        {
            await records.DeleteUnpostedAsync(id, user, CancellationToken.None);
            if (exception is OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
                return ProblemKind.BadRequest.Because($"An upload takes at most {MaxTime.TotalMinutes:0} minutes.");
            throw;
        }
    }

    private async Task<FileContent?> StoreAsync(Stream body, Guid id, long bytes, CancellationToken cancellationToken)
    {
        var pipe = new Pipe(new PipeOptions(useSynchronizationContext: false));
        var filtered = new PictureFilter(body, pipe.Writer).RunAsync(cancellationToken);
        try
        {
            await store.WriteAsync(id, pipe.Reader.AsStream(), cancellationToken);
        }
        catch
        {
            await pipe.Reader.CompleteAsync(); // the filter ends, and reads no more of a request that is over
            await filtered.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
        var picture = await filtered is { } head && !Thumbnails.IsTooLarge(head, bytes) && await thumbnails.MakeAsync(id, bytes, head, cancellationToken) is { } made ? (head.Type, made) : default;
        return await records.FinishAsync(id, picture.Type ?? NoPicture, picture.made, cancellationToken);
    }
}
