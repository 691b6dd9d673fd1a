#include "tests/calibration/kill_runs.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>
#include <sstream>
#include <thread>

#include "tests/support/random_checkpoint.h"

namespace oscope::test {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Everything until the writer's end closes.
std::string drain(int fd) {
  std::string text;
  char buffer[256];
  for (ssize_t got; (got = ::read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

}  // namespace

ChildResult runChild(const std::vector<std::string>& arguments, double seconds) {
  std::vector<char*> argv;
  std::string program = OSCOPE_CALIBRATE_CHILD;
  argv.push_back(program.data());
  std::vector<std::string> copies = arguments;
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  const Clock::time_point start = Clock::now();
  int status = 0;
  bool ended = false;
  while (seconds >= 0 && !ended && secondsSince(start) < seconds) {
    ended = ::waitpid(child, &status, WNOHANG) == child;
    if (!ended) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (!ended && seconds >= 0) ::kill(child, SIGKILL);
  const std::string output = drain(ends[0]);
  ::close(ends[0]);
  if (!ended) ::waitpid(child, &status, 0);
  ChildResult result;
  result.killed = WIFSIGNALED(status);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::istringstream words(output);
  for (std::string word; words >> word;) result.words.push_back(word);
  return result;
}

void expectSameHashAfterKills(const std::filesystem::path& folder, int kills, double durableSeconds, unsigned seed) {
  RandomShape shape;
  shape.blocks = 8;
  writeRandomCheckpoint(folder / "model", shape);
  const auto arguments = [&](const std::string& output) {
    return std::vector<std::string>{(folder / "model").string(),   (folder / output).string(), "24", "64", "2", "4096",
                                    std::to_string(durableSeconds)};
  };
  const Clock::time_point start = Clock::now();
  const ChildResult reference = runChild(arguments("reference.h5"), -1);
  const double duration = secondsSince(start);
  ASSERT_EQ(reference.status, 0);
  ASSERT_EQ(reference.words.size(), 6u);

  std::mt19937 random(seed);
  int done = 0, resumed = 0;
  while (done < kills) {
    const double moment = std::uniform_real_distribution<double>(0, duration)(random);
    const ChildResult result = runChild(arguments("killed.h5"), moment);
    if (result.killed) {
      ++done;
      continue;
    }
    // It was through before the moment came: that result counts, and the next one begins anew.
    ASSERT_EQ(result.status, 0);
    EXPECT_EQ(result.words.at(0), reference.words[0]);
    resumed += std::stoi(result.words.at(4)) > 0 ? 1 : 0;
    std::filesystem::remove(folder / "killed.h5");
  }
  const ChildResult last = runChild(arguments("killed.h5"), -1);
  ASSERT_EQ(last.status, 0);
  EXPECT_EQ(last.words.at(0), reference.words[0]);
  resumed += std::stoi(last.words.at(4)) > 0 ? 1 : 0;
  testing::Test::RecordProperty("resumed_runs", resumed);
  EXPECT_FALSE(std::filesystem::exists(folder / "killed.h5.work"));
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_EQ(entry.path().filename().string().find(".part-"), std::string::npos) << entry.path();
  }
}

}  // namespace oscope::test
