namespace Im.Web.Programs;

/// <summary>What bots and servers come by: tokens, keys, publishing, webhooks that post.</summary>
internal static class ProgramsSetup
{
    public static IHostApplicationBuilder AddPrograms(this IHostApplicationBuilder builder)
    {
        builder.Services.AddScoped<ApiKeyReader>().AddScoped<ProgramPosts>();
        return builder;
    }

    public static void MapPrograms(this IEndpointRouteBuilder api)
    {
        api.MapTokens();
        api.MapKeys();
        api.MapPublish();
        api.MapWebhookPosts();
    }
}
