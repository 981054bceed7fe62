using System.Net;
using System.Net.Http.Headers;

namespace Im.Client.Http;

/// <summary>The body of an upload: the rest of a stream, in parts, of which it tells.</summary>
internal sealed class UploadBody : HttpContent
{
    private const int PartBytes = 64 * 1024;

    private readonly Stream _bytes;
    private readonly IProgress<long>? _progress;

    public UploadBody(Stream bytes, IProgress<long>? progress)
    {
        (_bytes, _progress) = (bytes, progress);
        Headers.ContentLength = bytes.Length - bytes.Position;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var part = new byte[PartBytes];
        long sent = 0;
        while (await _bytes.ReadAsync(part, cancellationToken) is > 0 and var read)
        {
            await stream.WriteAsync(part.AsMemory(0, read), cancellationToken);
            _progress?.Report(sent += read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Headers.ContentLength ?? 0;
        return true;
    }
}
