using System.Diagnostics;
using Im.Client;
using Im.Protocol;
using Im.Tests.Client;
using Im.Tests.Fixtures;
using Im.Tests.Web;

namespace Im.Tests.Sessions;

/// <summary>The bot of the docs in TypeScript, on the packed client, compiled as its reader would, under Node against real nodes.</summary>
[Trait("Category", "Sessions")]
[Collection(NodePackages.Collection)]
public sealed class TypeScriptBotTests(TwoNodes system) : IClassFixture<TwoNodes>
{
    [Fact]
    public async Task The_TypeScript_bot_of_the_docs_logs_in_answers_and_ends_when_it_is_signed_out()
    {
        var nickname = WebCollection.NewNickname();
        using var owner = system.NewBrowser();
        await owner.LoginAsync(nickname);
        await using var tab = await RawConnection.OpenAsync(RawConnection.AddressOf(system.Address, "node-1"), $"im_session={owner.Token}", version: 1);
        using var bot = Start(await CompileAsync(), nickname);
        var (output, error) = (bot.StandardOutput.ReadToEndAsync(), bot.StandardError.ReadToEndAsync());
        try
        {
            await Eventually.TrueAsync(
                async () => bot.HasExited || (await owner.GetAsync("/api/sessions")).Json.EnumerateArray().Sum(session => session.GetProperty("connections").GetInt32()) == 2, seconds: 20);
            Assert.False(bot.HasExited, bot.HasExited ? await error : "");
            await tab.SendAsync(new SendFrame { Id = "p", Conversation = ConversationId.Lobby, Text = "ping" });
            using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10)))
                while (await tab.ReceiveAsync(limit.Token) is not MessageFrame { Text: "pong" } pong || pong.From.Nickname != nickname)
                    Assert.Null(tab.CloseCode);

            (await owner.DeleteAsync("/api/sessions")).ShouldBeOk();
            await bot.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
            Assert.Equal((0, ""), (bot.ExitCode, await error));
            Assert.EndsWith("closed signed_out\n", await output, StringComparison.Ordinal);
        }
        finally
        {
            if (!bot.HasExited)
                bot.Kill();
        }
    }

    /// <summary>An empty project with the client's package, as <c>npm pack</c> makes it, installed, and <c>ws</c> beside it.</summary>
    private static async Task<string> CompileAsync()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "echo-bot");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        var modules = Directory.CreateDirectory(Path.Combine(folder, "node_modules")).FullName;
        await NodePackages.RunAsync(Path.Combine(NodePackages.Page, "client"), "npm", "pack", "--silent", "--pack-destination", folder);
        File.Copy(Path.Combine(NodePackages.Root, "docs", "samples", "echo-bot.ts"), Path.Combine(folder, "echo-bot.ts"));
        await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), """{"type":"module"}""");
        await NodePackages.RunAsync(folder, "npm", "install", "--offline", "--no-audit", "--no-fund", "--no-package-lock", "--silent", Path.GetFileName(Directory.EnumerateFiles(folder, "im-client-*.tgz").Single()));
        Assert.Equal(["LICENSE", "README.md", "dist", "package.json"], Directory.EnumerateFileSystemEntries(Path.Combine(modules, "@im", "client")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        foreach (var beside in new[] { "ws", "@types" })
            Directory.CreateSymbolicLink(Path.Combine(modules, beside), Path.Combine(NodePackages.Page, "node_modules", beside));
        await NodePackages.RunAsync(folder, Path.Combine(NodePackages.Page, "node_modules", ".bin", "tsc"), "--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "nodenext", "--types", "node", "echo-bot.ts");
        return folder;
    }

    private Process Start(string folder, string nickname) => Process.Start(new ProcessStartInfo("node", ["echo-bot.js", system.Address.OriginalString, nickname])
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["IM_PASSWORD"] = "correct horse" },
    })!;
}
