using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Im.Core.Widgets;

/// <summary>The origin of a page, as browsers say it: scheme, host and port where it is not the usual one. One origin, no pattern.</summary>
public static partial class WidgetOrigin
{
    public const int MaxChars = 255;

    /// <summary>https, or http on this machine; without a path, a user or a wildcard. <c>https://Shop.example/</c> is <c>https://shop.example</c>, and names beyond ASCII are told as browsers do.</summary>
    public static bool TryParse(string? typed, [NotNullWhen(true)] out string? origin)
    {
        origin = null;
        if (typed is not { Length: > 0 and <= MaxChars } || typed.Contains('\\') || !Uri.TryCreate(typed, UriKind.Absolute, out var uri)
            || uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0 || typed.Contains('@') || typed.Contains('?') || typed.Contains('#'))
            return false;
        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost.ToLowerInvariant();
        if (!Host.IsMatch(host) || !(uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp && (uri.IsLoopback || host.EndsWith(".localhost", StringComparison.Ordinal))))
            return false;
        origin = uri.IsDefaultPort ? $"{uri.Scheme}://{host}" : $"{uri.Scheme}://{host}:{uri.Port}";
        return origin.Length <= MaxChars;
    }

    [GeneratedRegex(@"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])$")]
    private static partial Regex Host { get; }
}
