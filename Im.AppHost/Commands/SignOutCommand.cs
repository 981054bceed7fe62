using System.Security.Cryptography;

namespace Im.AppHost.Commands;

/// <summary>"Sign everyone out" in the dashboard. The web server knows the dashboard by a key that is made anew for each run and is in the web server's environment, in no argument and no file.</summary>
internal static class SignOutCommand
{
    private const int KeyBytes = 32;

    /// <param name="endpointName">Where the web server takes it.</param>
    public static IResourceBuilder<ProjectResource> WithSignOutCommand(this IResourceBuilder<ProjectResource> web, string endpointName)
    {
        if (!web.ApplicationBuilder.ExecutionContext.IsRunMode)
            return web; // what is published is in files
        var key = Convert.ToHexString(RandomNumberGenerator.GetBytes(KeyBytes));
        var endpoint = web.GetEndpoint(endpointName);
        return web
            .WithEnvironment("Dashboard__Key", key)
            .WithCommand("sign-everyone-out", "Sign everyone out", context => ExecuteAsync(new(endpoint.Url), key, context.CancellationToken), new CommandOptions
            {
                Description = "End all sessions of all people",
                ConfirmationMessage = "Everybody is signed out on every device and has to log in again. Go on?",
                IconName = "PersonProhibited",
                UpdateState = context => context.ResourceSnapshot.State?.Text == KnownResourceStates.Running
                    ? ResourceCommandState.Enabled
                    : ResourceCommandState.Disabled,
            });
    }

    private static async Task<ExecuteCommandResult> ExecuteAsync(Uri web, string key, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = web, DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
        try
        {
            using var answer = await http.PostAsync("/api/dashboard/sign-everyone-out", null, cancellationToken);
            return answer.IsSuccessStatusCode ? CommandResults.Success() : CommandResults.Failure($"The web server answered {(int)answer.StatusCode}.");
        }
        catch (HttpRequestException e)
        {
            return CommandResults.Failure(e);
        }
    }
}
