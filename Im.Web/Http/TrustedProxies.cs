using Im.Core.Limits;
using Microsoft.AspNetCore.HttpOverrides;

namespace Im.Web.Http;

/// <summary>
/// Who stands before the gateway, setting <c>Proxies</c>: networks such as <c>10.0.0.0/8</c>, separated by commas. Only from these the headers <c>X-Forwarded-For</c>, <c>-Proto</c>
/// and <c>-Host</c> are believed; without the setting from nobody.
/// </summary>
internal static class TrustedProxies
{
    public static void UseTrustedProxies(this WebApplication app)
    {
        if (app.Configuration["Proxies"] is not { Length: > 0 } networks)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var network in ProxyNetworks.Parse(networks))
            options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
