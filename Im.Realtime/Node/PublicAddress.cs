using Im.Realtime.Limits;

namespace Im.Realtime.Node;

/// <summary>
/// Where clients reach this node without the gateway, setting <c>PublicUrl</c>: <c>https://node-1.chat.example</c>; <c>own</c>, the address it listens on, where that is this machine's alone; or <c>none</c>.
/// Without the setting it is <c>own</c> in Development, as far as that goes, and else <c>none</c>. A node that takes connections by the gateway only has none.
/// </summary>
internal static class PublicAddress
{
    private const string Setting = "PublicUrl", Own = "own", None = "none";

    /// <param name="own">Where the node listens.</param>
    /// <exception cref="InvalidOperationException">The setting cannot be used.</exception>
    public static string? Of(IConfiguration configuration, IHostEnvironment environment, string own, DoorOptions door)
    {
        var said = configuration[Setting];
        if (said is null or "")
            return environment.IsDevelopment() && !door.OnlyByGateway && Uri.TryCreate(own, UriKind.Absolute, out var ours) && ours.IsLoopback ? OriginOf(ours) : null;
        if (said == None)
            return null;
        if (door.OnlyByGateway)
            throw new InvalidOperationException($"{Setting} gives clients a way to a node that {nameof(DoorOptions.OnlyByGateway)} closes: set one of the two.");
        if (!Uri.TryCreate(said == Own ? own : said, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0 || uri.PathAndQuery != "/" || uri.Fragment.Length > 0)
            throw new InvalidOperationException($"{Setting} is '{said}'; it is scheme, host and port, such as https://node-1.chat.example, or '{Own}', or '{None}'.");
        return said != Own || uri.IsLoopback ? OriginOf(uri)
            : throw new InvalidOperationException($"{Setting} is '{Own}', but the node listens on {own}, which is not this machine's alone: say how clients reach it.");
    }

    private static string OriginOf(Uri uri) => uri.GetLeftPart(UriPartial.Authority);
}
