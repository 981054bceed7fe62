using Im.Client.Http;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Client.Chat;

/// <summary>
/// Files: <see cref="ImClient.Files"/>. One is uploaded first, then posted with <see cref="Posts"/>' <c>PostFileAsync</c>; until then it is one's own alone, and after a day it is deleted.
/// Methods throw <see cref="ImException"/> with the code of what went wrong.
/// </summary>
public sealed class Files
{
    private const string Path = "/api/files";

    private readonly ImHttp _http;

    internal Files(ImHttp http) => _http = http;

    /// <summary>Uploads what <paramref name="bytes"/> has from where it is to its end; the caller disposes of it. Cancelling gives the upload up, and nothing is kept of it.</summary>
    /// <param name="bytes">Its length must be known: it can seek.</param>
    /// <param name="progress">Hears how many bytes were sent.</param>
    /// <exception cref="ImException"><see cref="ProblemCodes.TooLarge"/>, <see cref="ProblemCodes.QuotaFull"/>, or another one.</exception>
    public Task<FileContent> UploadAsync(Stream bytes, string name, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Post, $"{Path}?name={Uri.EscapeDataString(name)}", new UploadBody(bytes, progress), ProtocolJson.Wire.FileContent, cancellationToken);

    /// <summary>The file as a stream, which the caller disposes of; nothing of it is kept in memory.</summary>
    /// <exception cref="ImException"><see cref="ProblemCodes.NotFound"/> where there is none for this user, such as when its line was recalled.</exception>
    public Task<Stream> OpenAsync(Guid file, CancellationToken cancellationToken = default) => _http.OpenAsync($"{Path}/{file}", cancellationToken);

    /// <summary>The thumbnail of a picture, WebP.</summary>
    public Task<Stream> OpenThumbnailAsync(Guid file, CancellationToken cancellationToken = default) => _http.OpenAsync($"{Path}/{file}/thumbnail", cancellationToken);

    /// <summary>Deletes one that is not posted.</summary>
    public Task DeleteAsync(Guid file, CancellationToken cancellationToken = default) => _http.CallAsync<object>(HttpMethod.Delete, $"{Path}/{file}", null, null, cancellationToken);

    /// <summary>How much room there is.</summary>
    public Task<FileSpace> GetSpaceAsync(CancellationToken cancellationToken = default) => _http.CallAsync(HttpMethod.Get, Path, null, ProtocolJson.Wire.FileSpace, cancellationToken);
}
