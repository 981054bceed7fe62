using Im.Core.Limits;
using Microsoft.AspNetCore.HttpOverrides;

namespace Im.Web.Http;

/// <summary>
/// Who stands before the gateway, setting <c>Proxies</c>: networks such as <c>10.0.0.0/8</c>, separated by commas. Only from these the headers <c>X-Forwarded-For</c> and <c>-Proto</c>
/// are believed, and <c>-Host</c> and <c>-Prefix</c> where the setting <c>ProxyHeaders</c> names them (<c>Host,Prefix</c>); without the setting from nobody.
/// </summary>
internal static class TrustedProxies
{
    public static void UseTrustedProxies(this WebApplication app)
    {
        if (app.Configuration["Proxies"] is not { Length: > 0 } networks)
            return;
        var headers = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        foreach (var name in (app.Configuration["ProxyHeaders"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            headers |= name.ToLowerInvariant() switch
            {
                "host" => ForwardedHeaders.XForwardedHost,
                "prefix" => ForwardedHeaders.XForwardedPrefix,
                _ => throw new InvalidOperationException($"ProxyHeaders names '{name}'; it may name Host and Prefix."),
            };
        var options = new ForwardedHeadersOptions { ForwardedHeaders = headers };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var network in ProxyNetworks.Parse(networks))
            options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
