namespace Im.Realtime.Limits;

/// <summary>What is refused before there is a WebSocket: a coded problem, as the gateway's.</summary>
internal static class HttpRefusal
{
    public static Task WriteAsync(HttpContext context, int status, string code, string detail) =>
        Results.Problem(detail, statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = code }).ExecuteAsync(context);
}
