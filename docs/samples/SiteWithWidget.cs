using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

/// <summary>
/// A site with Im's widget on its page: the page, and the address at which the page gets a token. Nothing but docs/protocol.md and ASP.NET Core. Who is logged in here is said by a cookie; a site of one's own has its own login.
/// In a project of one's own (<c>Microsoft.NET.Sdk.Web</c>): <c>await (await SiteWithWidget.StartAsync("http://localhost:5173", new("https://chat.example"), key, "lobby")).WaitForShutdownAsync();</c>
/// </summary>
public static class SiteWithWidget
{
    /// <param name="origin">Where the site listens. An administrator of Im has allowed it for the owner of <paramref name="key"/>.</param>
    /// <param name="im">Where Im is served.</param>
    /// <param name="key">An API key of Im with the scope <c>widget</c>. It stays here: the page never sees it.</param>
    /// <param name="conversation"><c>lobby</c>, or the id of a room that the key's owner looks after.</param>
    /// <param name="attributes">More of the element, such as <c>mode="bubble"</c>.</param>
    public static async Task<WebApplication> StartAsync(string origin, Uri im, string key, string conversation, string attributes = "")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add(origin);
        var http = new HttpClient { BaseAddress = im, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        var page = $$"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <title>The shop</title>
              <link rel="stylesheet" href="/shop.css">
              <script src="{{im}}widget.js" defer></script>
            </head>
            <body>
              <main>
                <h1>The shop</h1>
                <p>Ask us anything.</p>
                <im-chat token-url="/chat-token" heading="Ask the shop" {{attributes}}></im-chat>
              </main>
            </body>
            </html>
            """;
        var sockets = $"{(im.Scheme == "https" ? "wss" : "ws")}://{im.Authority}";
        app.MapGet("/", (HttpContext context) =>
        {
            // Of Im's, the page needs its script, its API and its sockets; where nodes have public addresses, those too.
            context.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'self'; script-src {im.GetLeftPart(UriPartial.Authority)}; connect-src 'self' {im.GetLeftPart(UriPartial.Authority)} {sockets}";
            return Results.Content(page, "text/html; charset=utf-8");
        });
        app.MapGet("/shop.css", () => Results.Text("body { font-family: system-ui, sans-serif; margin: 2rem auto; max-width: 40rem; padding: 0 1rem } im-chat { --im-accent: #7a1f5c; --im-on-accent: #fff } im-chat::part(header) { background: #f6e9f2; color: #1b1d21 }", "text/css"));
        app.MapPost("/chat-token", async (HttpContext context) =>
        {
            // The site knows who asks: here by a cookie that its login gave.
            if (context.Request.Cookies["customer"] is not { Length: > 0 } customer)
                return Results.Unauthorized();
            var user = new { id = customer, name = customer };
            using var answer = await http.PostAsJsonAsync("/api/widget/tokens", new { origin, user, conversation });
            if (!answer.IsSuccessStatusCode)
                return Results.StatusCode(StatusCodes.Status502BadGateway);
            var token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
            return Results.Json(new { token });
        });
        app.Lifetime.ApplicationStopped.Register(http.Dispose);
        await app.StartAsync();
        return app;
    }
}
